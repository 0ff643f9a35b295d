import { defaultTimeoutSeconds, type ServicePolicy, servicePolicy } from '../../model/affinity/policy.ts'
import type { ChangePlan, ChangeRequest, FieldTree } from '../../model/affinity/change.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import { services } from './objects.ts'

/** The range that the API server accepts (k8s.io/kubernetes pkg/apis/core/validation, validateClientIPAffinityConfig). */
export const timeoutRange = { min: 1, max: 86_400 } as const

/** What a request comes to for a Service as it is. */
export function planChange(service: Service, request: ChangeRequest): ChangePlan<ServicePolicy> {
  const before = servicePolicy(service)
  if (request.verb === 'disable') {
    // The API server clears sessionAffinityConfig itself (SetDefaults_Service); docs/decisions tells the rest.
    return {
      before,
      after: { kind: 'none' },
      isDone: before.kind === 'none',
      timeoutIsDefault: false,
      notices: [],
      writes: [write(service, { sessionAffinity: 'None' }, { sessionAffinityConfig: null })],
    }
  }
  const { timeoutSeconds } = request
  const wanted = before.kind === 'client-ip' ? (timeoutSeconds ?? before.timeoutSeconds) : timeoutSeconds
  const timeout = wanted ?? defaultTimeoutSeconds
  // Without a timeout nothing is declared about it, so that it belongs to nobody.
  const fields: FieldTree =
    timeoutSeconds === undefined
      ? { sessionAffinity: 'ClientIP' }
      : { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } }
  return {
    before,
    after: { kind: 'client-ip', timeoutSeconds: timeout },
    isDone: before.kind === 'client-ip' && wanted === before.timeoutSeconds,
    timeoutIsDefault: wanted === undefined,
    notices: [],
    writes: [
      write(
        service,
        fields,
        { sessionAffinityConfig: { clientIP: { timeoutSeconds: timeout } } },
        // What stands behind a None in a manifest would come into force now.
        timeoutSeconds === undefined ? { ...fields, sessionAffinityConfig: null } : fields,
      ),
    ],
  }
}

function write(
  object: Service,
  spec: FieldTree,
  stored: FieldTree,
  manifest: FieldTree = { ...spec, ...stored },
): ChangePlan['writes'][number] {
  return {
    how: 'apply',
    type: services,
    object,
    fields: { spec },
    stored: { spec: stored },
    manifest: { spec: manifest },
  }
}
