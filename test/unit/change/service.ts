import type { Service } from '../../../src/model/cluster/kubernetes.ts'

type Fields = Record<string, object>

export const field = {
  affinity: { 'f:sessionAffinity': {} },
  timeout: { 'f:sessionAffinityConfig': { 'f:clientIP': { 'f:timeoutSeconds': {} } } },
} satisfies Record<string, Fields>

/** An entry of managedFields for fields of the spec. */
export function managed(
  manager: string,
  operation: 'Apply' | 'Update',
  spec: Fields,
): { manager: string; operation: string; fieldsV1: { 'f:spec': never }; subresource?: string } {
  return { manager, operation, fieldsV1: { 'f:spec': spec as never } }
}

export interface ServiceShape {
  name?: string
  /** Affinity with this timeout; None without one. */
  seconds?: number | undefined
  resourceVersion?: string
  annotations?: Record<string, string>
  labels?: Record<string, string>
  managedFields?: object[]
  spec?: Partial<Service['spec']>
}

export function serviceOf(shape: ServiceShape = {}): Service {
  const { name = 'web', seconds, spec, resourceVersion = '7', ...metadata } = shape
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', uid: 'u1', resourceVersion, ...metadata },
    spec: {
      clusterIP: '10.96.0.7',
      ports: [{ port: 80 }],
      ...(seconds === undefined
        ? { sessionAffinity: 'None' }
        : { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: seconds } } }),
      ...spec,
    },
  }
}
