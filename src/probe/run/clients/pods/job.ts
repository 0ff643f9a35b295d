import { ours } from '../../../../model/cluster/ours.ts'
import type { Job, OwnerReference } from '../../../../model/cluster/kubernetes.ts'
import { fittingResources, type LimitRange } from './resources.ts'
import { containerSecurity, onNode, podBasics, withoutMesh } from './pod-parts.ts'

/** On everything that a probe puts into a cluster, beside the label of what is ours. */
export const runLabel = 'affinity.kubectl.dev/run'

export const containerName = 'probe'

export interface JobOptions {
  runId: string
  namespace: string
  /** What is probed, for whoever finds the Job: `service/web`. */
  target: string
  image: string
  /** Program and arguments that run the agent. */
  command: readonly string[]
  /** How many client pods. */
  clients: number
  /** The node that all of them run on. */
  node?: string
  /** Spread over the nodes: no node has more than one client more than another. */
  spreadNodes?: boolean
  /** The clients use their node's network and have its address. */
  hostNetwork?: boolean
  /** How long the agent may need, in seconds; the start of the pods comes on top. */
  maxRunSeconds: number
  /** What the Job goes with. */
  owner?: OwnerReference
  /** What limits the pods of the namespace. */
  limitRanges?: readonly LimitRange[]
}

/** What pods may need to be scheduled and to pull their image before the Job's deadline ends it, in seconds. */
const startAllowanceSeconds = 300

/** What a Job has from its start, in seconds, after which the cluster ends it, its pods and their logs. */
export function deadlineSeconds(maxRunSeconds: number): number {
  return startAllowanceSeconds + maxRunSeconds
}

/** Beyond so many clients each sends less, and what all of them reserve adds up. */
const manyClients = 20

/** Seconds that a finished Job stays when nobody deletes it: the CLI was killed. Long enough to read its log. */
const leftoverSeconds = 60

/** The name of the Job of a run. */
export function jobName(runId: string): string {
  return `affinity-probe-${runId}`
}

/**
 * The Job that runs the agent once for each client. It ends by itself in any case (deadline, TTL), retries nothing, and
 * its pods meet the "restricted" Pod Security Standard, unless they are to use their node's network:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function probeJob(options: JobOptions): Job & { spec: unknown } {
  const labels = { ...ours, [runLabel]: options.runId }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(options.runId),
      namespace: options.namespace,
      labels,
      annotations: { 'affinity.kubectl.dev/target': options.target },
      ...(options.owner === undefined ? {} : { ownerReferences: [options.owner] }),
    },
    spec: {
      ...replicas(options.clients),
      activeDeadlineSeconds: deadlineSeconds(options.maxRunSeconds),
      ttlSecondsAfterFinished: leftoverSeconds,
      template: {
        metadata: withoutMesh(labels),
        spec: {
          ...podBasics,
          ...(options.node === undefined ? {} : { affinity: onNode(options.node) }),
          ...(options.spreadNodes === true ? { topologySpreadConstraints: [overNodes(options.runId)] } : {}),
          // Without this policy a pod on its node's network could not resolve the names of Services.
          ...(options.hostNetwork === true
            ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }
            : {}),
          containers: [
            {
              name: containerName,
              image: options.image,
              imagePullPolicy: 'IfNotPresent',
              command: options.command,
              resources: fittingResources(
                {
                  requests: { cpu: options.clients > manyClients ? '10m' : '50m', memory: '64Mi' },
                  limits: { cpu: '1', memory: '192Mi' },
                },
                options.limitRanges ?? [],
              ),
              securityContext: containerSecurity,
            },
          ],
        },
      },
    },
  }
}

/**
 * An Indexed Job gives each pod a number, so that one that fails is missed by name. A client that fails must not end the
 * others: `backoffLimitPerIndex` (beta since 1.29) keeps it from being tried again, and where a cluster does not know
 * that field the limit for the whole Job leaves room for every client.
 */
function replicas(clients: number): object {
  const all = { completionMode: 'Indexed', completions: clients, parallelism: clients }
  return clients === 1
    ? { ...all, backoffLimit: 0 }
    : { ...all, backoffLimit: clients, backoffLimitPerIndex: 0 }
}

/** Nodes that no client may run on do not count; otherwise one of them would keep all but one client waiting. */
function overNodes(runId: string): object {
  return {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'DoNotSchedule',
    nodeAffinityPolicy: 'Honor',
    nodeTaintsPolicy: 'Honor',
    labelSelector: { matchLabels: { [runLabel]: runId } },
  }
}
