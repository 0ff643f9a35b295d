import type { Service } from './kubernetes.ts'

/** What a hop sticks on. */
export type Policy = { kind: 'none' } | { kind: 'client-ip'; timeoutSeconds: number }

/** The API server's default for `timeoutSeconds`: three hours (k8s.io/api core/v1, DefaultClientIPServiceAffinitySeconds). */
export const defaultTimeoutSeconds = 10_800

/** The affinity that a Service is configured for; the timeout is filled in as the API server would. */
export function servicePolicy(service: Service): Policy {
  if (service.spec.sessionAffinity !== 'ClientIP') return { kind: 'none' }
  const timeoutSeconds = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultTimeoutSeconds
  return { kind: 'client-ip', timeoutSeconds }
}
