import { servicePolicy } from '../../../model/affinity/policy.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import { UserError } from '../../../model/common/user-error.ts'

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

/** Throws UserError when a Service cannot have the change, or has it already. */
export function checkChange(service: Service, change: ServiceChange): void {
  const name = `service/${service.metadata.name}`
  const { internalTrafficPolicy } = service.spec
  const policy = servicePolicy(service)
  const current: ServiceChange = {
    sessionAffinity: policy.kind === 'none' ? 'None' : 'ClientIP',
    ...(policy.kind === 'none' ? {} : { timeoutSeconds: policy.timeoutSeconds }),
    internalTrafficPolicy: internalTrafficPolicy ?? 'Cluster',
  }
  const keys = Object.keys(change) as (keyof ServiceChange)[]
  if (keys.every((key) => change[key] === current[key]))
    throw new UserError(`${name} is like that already: there is nothing to try`)
}
