import { managedByLabel, ours } from '../../model/cluster/ours.ts'
import { messageOf } from '../../model/common/user-error.ts'
import type { Resource } from '../objects/resource.ts'
import type { Container, ContainerOptions } from './container.ts'
import { expand } from './expand.ts'
import { contentOf } from './images.ts'
import { nodeProgram, type PodProgram, startProcess } from './process.ts'
import type { Programs } from './programs.ts'
import { startSampleServer } from './sample-server.ts'

/** What can run in pods. */
export interface Startable {
  programs: Programs
  /** What runs in pods of gateways; undefined for all others. */
  proxyIn?: (options: ContainerOptions) => Container | undefined
}

/** Starts a container, or says why this machine cannot: for want of a program, or for a word of its command with a zero byte, say. */
export function startContainer(
  pod: Resource,
  words: readonly string[],
  options: ContainerOptions,
  { programs, proxyIn }: Startable,
): Container | string {
  const command = words.map((word) => expand(word, options.env))
  const { program, missing } = programOf(pod, command, options.image, programs)
  if (missing !== undefined)
    return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${missing}": executable file not found in $PATH`
  try {
    const proxy = proxyIn?.(options)
    return proxy ?? (program === undefined ? startSampleServer(options) : startProcess(program, options))
  } catch (error) {
    return `failed to create containerd task: ${messageOf(error)}`
  }
}

/** What a container runs as a process, or what it lacks for that; neither where the sample server takes its place. */
function programOf(
  { metadata }: Resource,
  command: readonly string[],
  image: string,
  programs: Programs,
): { program?: PodProgram; missing?: string } {
  const content = contentOf(image)
  const node = nodeProgram(content.node ? withNode(command) : command)
  if (node !== undefined) return content.node ? { program: node } : { missing: 'node' }
  // The probe's agent in shell. What others do in theirs needs programs that this machine may not have.
  if (metadata.labels?.[managedByLabel] !== ours[managedByLabel] || command[0] !== 'sh') return {}
  const file = programs.find(image, 'sh')
  if (file === undefined) return { missing: 'sh' }
  return { program: { file, argv0: 'sh', args: command.slice(1), env: { PATH: programs.path(image) } } }
}

/** A shell that only waits for Node to be there, as the probe's agent does in images of which nothing is known. */
function withNode(command: readonly string[]): readonly string[] {
  const [program, flag, script = '', , ...words] = command
  return program === 'sh' && flag === '-c' && / exec node "\$@"/.test(script) ? ['node', ...words] : command
}
