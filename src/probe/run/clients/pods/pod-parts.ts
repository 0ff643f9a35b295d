/**
 * What all pods of this tool have in common. With it they meet the "restricted" Pod Security Standard:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

/** For the spec of a pod. */
export const podBasics = {
  restartPolicy: 'Never',
  terminationGracePeriodSeconds: 1,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  },
} as const

export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const

/** Labels and annotations with which no mesh puts a sidecar into a pod: it would pick backends itself, and not end. */
export function withoutMesh(labels: Record<string, string>): {
  labels: Record<string, string>
  annotations: Record<string, string>
} {
  return {
    labels: { ...labels, 'sidecar.istio.io/inject': 'false', 'istio.io/dataplane-mode': 'none' },
    annotations: {
      'linkerd.io/inject': 'disabled',
      'kuma.io/sidecar-injection': 'disabled',
      'consul.hashicorp.com/connect-inject': 'false',
    },
  }
}

/**
 * For the `affinity` of a pod that must run on this node. Not by `nodeName`, so that the scheduler still says why the
 * node cannot take it.
 */
export function onNode(node: string): object {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } }
}
