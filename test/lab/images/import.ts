import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { allNodes } from '../nodes/addresses.ts'
import { labProcesses } from '../machine/cgroups.ts'
import { run } from '../machine/process.ts'
import { presentState } from '../kubernetes/state.ts'

const mountsOf = (pid: number | 'self'): string => {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    // It has ended meanwhile.
    return mountsOf('self')
  }
}

/** The command line that runs a program on a node: in its network, with its mounts. */
export function onNode(node: string, ...command: string[]): [string, ...string[]] {
  const host = mountsOf('self')
  const pid = labProcesses(join(node, 'daemons')).find((process) => mountsOf(process) !== host)
  if (pid === undefined) throw new Error(`nothing runs on ${node}`)
  return ['nsenter', '-t', String(pid), '--mount', '--uts', '--net', '--pid', '--', ...command]
}

/** Gives images to every node of the lab; those that a node has already cost next to nothing. */
export async function importImages(archives: readonly string[]): Promise<void> {
  const { nodes, parts } = presentState()
  const ctr = [join(parts.programs.runtime, 'ctr'), '-n', 'k8s.io', 'images']
  await Promise.all(
    allNodes(nodes).map(async ({ name }) => {
      for (const archive of archives) {
        const [program, ...args] = onNode(name, ...ctr, 'import', '--local', archive)
        await run(program, args)
      }
    }),
  )
}
