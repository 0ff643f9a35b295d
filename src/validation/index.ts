import { checkEndpoints, checkEndpointSlice } from './endpoints.ts'
import { checkIngress, checkIngressClass } from './ingress.ts'
import { type RefusedValue, Refusals } from './refusal.ts'
import { checkService } from './service.ts'
import type { Tree } from './value.ts'

export type { RefusedValue } from './refusal.ts'

const checks: Readonly<Record<string, (object: Tree, out: Refusals) => void>> = {
  'v1 Service': checkService,
  'v1 Endpoints': checkEndpoints,
  'discovery.k8s.io/v1 EndpointSlice': checkEndpointSlice,
  'networking.k8s.io/v1 Ingress': checkIngress,
  'networking.k8s.io/v1 IngressClass': checkIngressClass,
}

/**
 * What an API server would refuse an object for that has the right shape: names, ranges, fields that exclude each other.
 * Nothing for kinds that are not known here. Pure; never throws, whatever the object.
 */
export function refusalsOf(object: Tree): RefusedValue[] {
  const out = new Refusals()
  checks[`${String(object['apiVersion'])} ${String(object['kind'])}`]?.(object, out)
  return out.list
}
