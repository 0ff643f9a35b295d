import { defaultTimeoutSeconds, type ServicePolicy, servicePolicy } from '../model/policy.ts'
import type { Service } from '../model/kubernetes.ts'

/** What is asked for. An `enable` without a timeout leaves it to the API server, or as it is. */
export type ChangeRequest = { verb: 'enable'; timeoutSeconds?: number } | { verb: 'disable' }

/** The range that the API server accepts (k8s.io/kubernetes pkg/apis/core/validation, validateClientIPAffinityConfig). */
export const timeoutRange = { min: 1, max: 86_400 } as const

/** What a request comes to for a Service as it is. */
export interface ChangePlan {
  before: ServicePolicy
  after: ServicePolicy
  /** Nothing has to be written. */
  isDone: boolean
  /** The timeout is one that the API server fills in. */
  timeoutIsDefault: boolean
  /** The part of `spec` that the field manager of this tool declares. */
  spec: AffinitySpec
}

export interface AffinitySpec {
  sessionAffinity: 'None' | 'ClientIP'
  sessionAffinityConfig?: { clientIP: { timeoutSeconds: number } }
}

export function planChange(service: Service, request: ChangeRequest): ChangePlan {
  const before = servicePolicy(service)
  if (request.verb === 'disable') {
    return {
      before,
      after: { kind: 'none' },
      isDone: before.kind === 'none',
      timeoutIsDefault: false,
      // The API server clears sessionAffinityConfig itself (SetDefaults_Service); docs/decisions tells the rest.
      spec: { sessionAffinity: 'None' },
    }
  }
  const { timeoutSeconds } = request
  const wanted = before.kind === 'client-ip' ? (timeoutSeconds ?? before.timeoutSeconds) : timeoutSeconds
  return {
    before,
    after: { kind: 'client-ip', timeoutSeconds: wanted ?? defaultTimeoutSeconds },
    isDone: before.kind === 'client-ip' && wanted === before.timeoutSeconds,
    timeoutIsDefault: wanted === undefined,
    spec: specOf(timeoutSeconds),
  }
}

/** What is declared for `enable`; without a timeout nothing about it, so that it belongs to nobody. */
function specOf(timeoutSeconds: number | undefined): AffinitySpec {
  return timeoutSeconds === undefined
    ? { sessionAffinity: 'ClientIP' }
    : { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } }
}
