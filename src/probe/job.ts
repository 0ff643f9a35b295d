import type { Job } from '../model/kubernetes.ts'

/** Labels on everything that a probe puts into a cluster; `cleanup` finds leftovers by them. */
export const managedByLabel = 'app.kubernetes.io/managed-by'
export const managedBy = 'kubectl-affinity'
export const runLabel = 'affinity.kubectl.dev/run'

export const containerName = 'probe'

export interface JobOptions {
  runId: string
  namespace: string
  /** The Service that is probed, for whoever finds the Job. */
  service: string
  image: string
  /** Program and arguments that run the agent. */
  command: string[]
  node?: string
  /** How long the agent may need, in seconds; the start of the pod comes on top. */
  maxRunSeconds: number
}

/** What a pod may need to be scheduled and to pull its image before the Job's deadline ends it, in seconds. */
const startAllowanceSeconds = 300

/** Seconds that a finished Job stays when nobody deletes it: the CLI was killed. Long enough to read its log. */
const leftoverSeconds = 60

/** The name of the Job of a run. */
export function jobName(runId: string): string {
  return `affinity-probe-${runId}`
}

/**
 * The Job that runs the agent once. It ends by itself in any case (deadline, TTL), retries nothing, and its pod
 * meets the "restricted" Pod Security Standard: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function probeJob(options: JobOptions): Job & { spec: unknown } {
  const labels = { [managedByLabel]: managedBy, [runLabel]: options.runId }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(options.runId),
      namespace: options.namespace,
      labels,
      annotations: { 'affinity.kubectl.dev/target': `service/${options.service}` },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: startAllowanceSeconds + options.maxRunSeconds,
      ttlSecondsAfterFinished: leftoverSeconds,
      template: {
        metadata: {
          // A sidecar would answer in the Service's place and would keep the Job from ending.
          labels: { ...labels, 'sidecar.istio.io/inject': 'false', 'istio.io/dataplane-mode': 'none' },
          annotations: {
            'linkerd.io/inject': 'disabled',
            'kuma.io/sidecar-injection': 'disabled',
            'consul.hashicorp.com/connect-inject': 'false',
          },
        },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          ...(options.node === undefined ? {} : { affinity: onNode(options.node) }),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            runAsGroup: 65_532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: containerName,
              image: options.image,
              imagePullPolicy: 'IfNotPresent',
              command: options.command,
              resources: {
                requests: { cpu: '50m', memory: '64Mi' },
                limits: { cpu: '1', memory: '192Mi' },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  }
}

/** By affinity and not by `nodeName`, so that the scheduler still says why a node cannot take the pod. */
function onNode(node: string): object {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } }
}
