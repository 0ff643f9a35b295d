import type { AgentConfig } from '../../agent/config.ts'
import { createDecoder } from '../../agent/decode.ts'
import { type Cluster, isForbidden, isNotFound } from '../../cluster/index.ts'
import { LineSplitter } from '../../cluster/lines.ts'
import { podPath } from '../../cluster/paths.ts'
import type { Pod } from '../../model/kubernetes.ts'
import { UserError } from '../../model/user-error.ts'
import { inPodRules, missingPermission } from '../permissions.ts'
import { answerReader, shellScript } from './agent.ts'
import type { ClientsSink, Surroundings } from './spec.ts'

/** A container that runs, in which requests can be sent. */
export interface RunningContainer {
  pod: Pod
  container: string
  image: string
}

/** What `kubectl exec` takes when no container is named (kubectl, pkg/cmd/util/podcmd). */
const defaultContainer = 'kubectl.kubernetes.io/default-container'

/** Reads the pod that the user named. Rejects with UserError when it does not run or has no such container. */
export async function findContainer(
  cluster: Cluster,
  namespace: string,
  asked: { pod: string; container?: string },
  signal: AbortSignal,
): Promise<RunningContainer> {
  let pod: Pod
  try {
    pod = await cluster.get<Pod>(podPath(namespace, asked.pod), { signal })
  } catch (error) {
    if (isForbidden(error)) throw forbidden(error.status.message ?? error.message, namespace, error)
    if (!isNotFound(error)) throw error
    throw new UserError(`${error.status.message ?? error.message} in namespace "${namespace}"`, {
      hints: [`see what there is:  kubectl get pods -n ${namespace}`],
      cause: error,
    })
  }
  const names = (pod.spec.containers ?? []).map(({ name }) => name)
  const container = asked.container ?? pod.metadata.annotations?.[defaultContainer] ?? names[0] ?? ''
  if (!names.includes(container)) {
    throw new UserError(`pod/${asked.pod} has no container "${container}"`, {
      hints: [`its containers: ${names.join(', ')}`],
    })
  }
  const phase = pod.status?.phase ?? 'Unknown'
  if (phase !== 'Running') {
    throw new UserError(`pod/${asked.pod} is ${phase}: requests can be sent from a pod that runs`)
  }
  return { pod, container, image: pod.spec.containers?.find(({ name }) => name === container)?.image ?? '' }
}

export interface InPodSpec extends RunningContainer {
  namespace: string
  agent: AgentConfig
  /** The agent ends after so long in any case. */
  maxRunSeconds: number
}

/**
 * Runs the agent in shell in a container that is there, and tells `sink` what it says. Nothing is made in the cluster; the
 * agent's process ends with the connection. Resolves and rejects as `runClients` does.
 */
export async function runInPod<T>(
  cluster: Cluster,
  spec: InPodSpec,
  sink: ClientsSink,
  { interrupted, onCreated, whenEnded }: Surroundings<T>,
): Promise<T> {
  const { pod, namespace } = spec
  try {
    sink.onStage(`starting a shell in pod/${pod.metadata.name}`)
    onCreated?.()
    sink.onPod(0, pod)
    const message = await follow(cluster, spec, sink, interrupted)
    sink.onEnded(0, message)
  } catch (error) {
    if (isForbidden(error)) throw forbidden(error.status.message ?? error.message, namespace, error)
    // What was seen until then is still a result.
    if (!interrupted.aborted) throw error
  }
  return await whenEnded()
}

/** Resolves with why the agent ended, when that was not in its last line. */
async function follow(
  cluster: Cluster,
  { namespace, pod, container, agent, maxRunSeconds }: InPodSpec,
  sink: ClientsSink,
  signal: AbortSignal,
): Promise<string> {
  const { exec } = await import('../../cluster/exec/index.ts')
  const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  const decoder = createDecoder(answerReader(agent, addresses))
  const lines = { stdout: new LineSplitter(), stderr: new LineSplitter() }
  const command = ['sh', '-c', await shellScript(agent, maxRunSeconds, true)]
  const name = pod.metadata.name
  for await (const event of exec(cluster, {
    namespace,
    pod: name,
    container,
    command,
    stdin: true,
    signal,
  })) {
    if (event.kind === 'failed') throw cannotRun(name, container, event.message)
    // Out of memory, or somebody killed it: 128 and the signal's number.
    if (event.kind === 'end')
      return event.exitCode === 0 ? '' : `its shell ended with exit code ${event.exitCode}`
    for (const line of lines[event.kind].push(event.bytes)) {
      const decoded = event.kind === 'stdout' ? decoder.push(line) : { observations: [], foreign: line }
      if (decoded.error !== undefined) throw cannotServe(name, container, decoded.error)
      sink.onDecoded(0, decoded, Date.now())
      // It waits for this side to go first.
      if (decoded.end !== undefined) return ''
    }
  }
  return 'the connection ended'
}

const needs =
  'a container needs a shell and one of curl, wget and nc to send requests; without --in-pod a pod is made'

function cannotRun(pod: string, container: string, words: string): UserError {
  const why = /executable file not found|no such file/i.test(words) ? 'it has no shell' : words
  return new UserError(`cannot send requests from container "${container}" of pod/${pod}: ${why}`, {
    hints: [needs],
  })
}

function cannotServe(pod: string, container: string, why: string): UserError {
  return new UserError(`cannot send requests from container "${container}" of pod/${pod}: ${why}`, {
    hints: [needs],
  })
}

function forbidden(words: string, namespace: string, cause: unknown): UserError {
  return missingPermission(words, namespace, cause, inPodRules)
}
