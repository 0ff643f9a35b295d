import type { Service } from '../../model/cluster/kubernetes.ts'
import type { Leg } from '../../model/affinity/leg.ts'
import { isEntry } from '../../model/affinity/leg.ts'
import { refOf } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { annotationsOf } from '../kit/controller.ts'
import { services } from '../service/objects.ts'
import { parseAttributes } from './attributes.ts'

const prefix = 'service.beta.kubernetes.io/aws-load-balancer-'
export const nlbAttributesKey = `${prefix}target-group-attributes`
export const nlbTargetTypeKey = `${prefix}nlb-target-type`
export const sslCertKey = `${prefix}ssl-cert`

/** What decides whether and by what a client stays. */
export const nlbKeys = [
  nlbAttributesKey,
  nlbTargetTypeKey,
  sslCertKey,
  ...['type', 'ip-address-type', 'attributes'].map((name) => `${prefix}${name}`),
]

/** Whether the AWS Load Balancer Controller makes a Network Load Balancer for a Service. */
export function isOfLbc(service: Service): boolean {
  const { spec } = service
  if (spec.type !== 'LoadBalancer') return false
  const className = (spec as { loadBalancerClass?: string }).loadBalancerClass
  if (className !== undefined) return className === 'service.k8s.aws/nlb'
  const type = annotationsOf(service)[`${prefix}type`]
  return type === 'external' || type === 'nlb-ip'
}

/** What its Network Load Balancer sticks on: it has no other stickiness than by the address. */
export function nlbPolicy(service: Service): Policy {
  const annotations = annotationsOf(service)
  const attributes = parseAttributes(annotations[nlbAttributesKey])
  const ofPort = Object.keys(annotations).find((key) => key.startsWith(`${nlbAttributesKey}.`))
  if (ofPort !== undefined)
    return { kind: 'unknown', why: `whether ${ofPort} counts is up to the release of the controller` }
  const type = attributes.get('stickiness.type') ?? 'source_ip'
  return attributes.get('stickiness.enabled') === 'true' && type === 'source_ip'
    ? { kind: 'hash', of: 'client address' }
    : { kind: 'none' }
}

/** The load balancer of a Service of type LoadBalancer, as its annotations make it. */
export function refineBalancer(leg: Leg, store: Store): Leg {
  const { from, hop } = leg
  if (!isEntry(from) || hop?.kind !== 'load-balancer' || from.of.kind !== services.kind) return leg
  const service = store.get(services, { namespace: from.of.namespace ?? '', name: from.of.name })
  if (service === undefined || !isOfLbc(service)) return leg
  const annotations = annotationsOf(service)
  const isToPods = annotations[nlbTargetTypeKey] === 'ip' || annotations[`${prefix}type`] === 'nlb-ip'
  return {
    ...leg,
    arrival: isToPods ? 'pods' : leg.arrival,
    hop: {
      ...hop,
      mechanism: 'AWS Network Load Balancer',
      configuredBy: [refOf(service)],
      policy: nlbPolicy(service),
    },
  }
}
