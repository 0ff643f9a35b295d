import { type AgentConfig, markerOfClient } from '../../../agent/config.ts'
import { createDecoder } from '../../../agent/protocol/decode.ts'
import { type Cluster, isForbidden, isNotFound } from '../../../cluster/index.ts'
import { LineSplitter } from '../../../cluster/answers/lines.ts'
import type { ExecOptions } from '../../../cluster/exec/index.ts'
import { podPath } from '../../../cluster/paths.ts'
import type { Pod } from '../../../model/cluster/kubernetes.ts'
import { messageOf, UserError } from '../../../model/common/user-error.ts'
import { inPodRules, missingPermission } from '../../permissions.ts'
import { answerReader, attachedNode, shellScript, shellServes } from './agent.ts'
import type { RunControl } from '../../steps.ts'
import { type Emit, streamOf } from '../stream.ts'
import { JoinedRuns } from './joined.ts'
import type { ClientEvent } from './spec.ts'

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

export interface InPodSpec {
  /** One client in each. */
  containers: readonly RunningContainer[]
  namespace: string
  agent: AgentConfig
  /** The agent ends after so long in any case. */
  maxRunSeconds: number
}

/**
 * Runs an agent in containers that are there, and tells what it says: in shell, and by Node what a shell cannot do. Nothing is made in the cluster; the
 * agent's process ends with the connection. Rejects as `runClients` does.
 */
export function runInPods(
  cluster: Cluster,
  spec: InPodSpec,
  { interrupted }: Pick<RunControl, 'interrupted'>,
): AsyncGenerator<ClientEvent, void, undefined> {
  return streamOf(async (emit, left) => {
    const signal = AbortSignal.any([interrupted, left])
    const { containers, namespace } = spec
    const [{ pod }] = containers as [RunningContainer]
    const text =
      containers.length === 1
        ? `starting the agent in pod/${pod.metadata.name}`
        : `starting the agent in each of ${containers.length} pods`
    void emit({ kind: 'stage', text })
    void emit({ kind: 'created' })
    const failures: { client: number; error: unknown }[] = []
    await Promise.all(
      containers.map(async (container, client) => {
        try {
          void emit({ kind: 'pod', client, pod: container.pod })
          const message = await askAll(cluster, spec, { client, container, emit, signal })
          void emit({ kind: 'ended', client, message })
        } catch (error) {
          failures.push({ client, error })
        }
      }),
    )
    // What was seen until then is still a result.
    if (!signal.aborted) {
      if (failures.length === containers.length) throw explained(failures[0]?.error, namespace)
      for (const { client, error } of failures) void emit({ kind: 'absent', client, why: messageOf(error) })
    }
    await emit({ kind: 'all-ended' })
  })
}

interface PodRun {
  client: number
  container: RunningContainer
  emit: Emit<ClientEvent>
  signal: AbortSignal
}

/** Whether a shell can do all of it: each target is asked by a run of its own. */
const isForShell = (agent: AgentConfig): boolean =>
  agent.targets.every((target) => shellServes({ ...agent, targets: [target] }))

/** The agent in shell asks one target, so it is run for each. Resolves with why it ended, when that was not in its last line. */
async function askAll(cluster: Cluster, spec: InPodSpec, run: PodRun): Promise<string> {
  const { targets } = spec.agent
  if (!isForShell(spec.agent))
    return (await follow(cluster, spec, run, await attachedNode(spec.agent, run.client))) ?? ''
  const joined = new JoinedRuns(targets.length)
  for (const target of targets) {
    const { marker } = spec.agent
    const agent = {
      ...spec.agent,
      targets: [target],
      ...(marker === undefined ? {} : { marker: markerOfClient(marker, run.client) }),
    }
    const command = ['sh', '-c', await shellScript(agent, spec.maxRunSeconds, true)]
    joined.next()
    const message = await follow(cluster, { ...spec, agent }, run, { command, stdin: true, joined })
    if (message !== undefined) return message
  }
  return ''
}

/** Resolves with why the agent ended, when that was not in its last line. */
async function follow(
  cluster: Cluster,
  { namespace, agent }: InPodSpec,
  { client, container: { pod, container }, emit, signal }: PodRun,
  { joined, ...program }: Pick<ExecOptions, 'command' | 'stdin'> & { joined?: JoinedRuns },
): Promise<string | undefined> {
  const { exec } = await import('../../../cluster/exec/index.ts')
  const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  const decoder = createDecoder(answerReader(agent, addresses))
  const lines = { stdout: new LineSplitter(), stderr: new LineSplitter() }
  const name = pod.metadata.name
  for await (const event of exec(cluster, { namespace, pod: name, container, ...program, signal })) {
    if (event.kind === 'failed') throw cannotRun(name, container, nameOf(program.command[0]), event.message)
    // Out of memory, or somebody killed it: 128 and the signal's number.
    if (event.kind === 'end')
      return event.exitCode === 0
        ? ''
        : `its ${nameOf(program.command[0])} ended with exit code ${event.exitCode}`
    for (const line of lines[event.kind].push(event.bytes)) {
      const said = event.kind === 'stdout' ? decoder.push(line) : { observations: [], foreign: line }
      if (said.error !== undefined) throw cannotServe(name, container, said.error)
      const isLast = said.end !== undefined
      await emit({ kind: 'said', client, decoded: joined?.join(said) ?? said, arrivedAt: Date.now() })
      // It waits for this side to go first.
      if (isLast) return undefined
    }
  }
  return 'the connection ended'
}

const nameOf = (program: string | undefined): string => (program === 'node' ? 'Node' : 'shell')

function cannotRun(pod: string, container: string, program: string, words: string): UserError {
  const isMissing = /executable file not found|no such file/i.test(words)
  const why = isMissing ? `it has no ${program}` : words
  return new UserError(`cannot send requests from container "${container}" of pod/${pod}: ${why}`, {
    hints: [{ remedy: 'made-pod' }],
  })
}

function cannotServe(pod: string, container: string, why: string): UserError {
  return new UserError(`cannot send requests from container "${container}" of pod/${pod}: ${why}`, {
    hints: [{ remedy: 'made-pod' }],
  })
}

function explained(error: unknown, namespace: string): unknown {
  return isForbidden(error) ? forbidden(error.status.message ?? error.message, namespace, error) : error
}

function forbidden(words: string, namespace: string, cause: unknown): UserError {
  return missingPermission(words, namespace, cause, inPodRules)
}
