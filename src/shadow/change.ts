import type { Service } from '../model/cluster/kubernetes.ts'

/** What a shadow has that differs from the Service it is made after; what is absent stays as it is. */
export interface ServiceChange {
  sessionAffinity?: 'ClientIP' | 'None'
  /** Implies ClientIP, as `enable --timeout` does. */
  timeoutSeconds?: number
  internalTrafficPolicy?: 'Cluster' | 'Local'
}

/** The spec with the change applied. What the API server would fill in anew is left out. */
export function changedSpec(spec: Service['spec'], change: ServiceChange): Service['spec'] {
  const { sessionAffinity: oldAffinity, sessionAffinityConfig: oldConfig, ...rest } = spec
  const { timeoutSeconds, internalTrafficPolicy } = change
  const sessionAffinity =
    change.sessionAffinity ?? (timeoutSeconds === undefined ? (oldAffinity ?? 'None') : 'ClientIP')
  const config = timeoutSeconds === undefined ? oldConfig : { clientIP: { timeoutSeconds } }
  return {
    ...rest,
    sessionAffinity,
    ...(sessionAffinity === 'None' || config === undefined ? {} : { sessionAffinityConfig: config }),
    ...(internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy }),
  }
}
