import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Arrival } from '../../model/affinity/leg.ts'
import { type LooseObject, type ObjectType, refTo } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import { annotationsOf, type IngressBackend, type IngressController, type Served } from '../kit/controller.ts'
import { at, parsedJson, record, text } from '../kit/objects/loose.ts'
import { customType } from '../kit/objects/types.ts'

/** What a Service's `cloud.google.com/backend-config` names. */
export const backendConfigs: ObjectType<LooseObject> = customType(
  'cloud.google.com',
  'backendconfigs',
  'BackendConfig',
)

export const configKeys = ['cloud.google.com/backend-config', 'beta.cloud.google.com/backend-config'] as const
export const negKey = 'cloud.google.com/neg'

/** The BackendConfig that a Service names for a port: `{"ports": {"80": "a"}, "default": "b"}`. */
export function configRefOf(
  service: Pick<Service, 'metadata' | 'spec'> | undefined,
  port?: string | number,
): ObjectRef | undefined {
  const annotations = annotationsOf(service)
  const value = configKeys.map((key) => annotations[key]).find((one) => one !== undefined)
  const json = parsedJson(value)
  const ofPorts = record(at(json, 'ports'))
  const found = service?.spec?.ports?.find((one) => one.name === port || one.port === port)
  // Its name comes before its number, whichever of them the Ingress uses (ingress-gce, pkg/annotations/service.go).
  const [ofPort] = [found?.name, found?.port, port].flatMap((key) => text(ofPorts[String(key)]) ?? [])
  const name = ofPort ?? text(at(json, 'default'))
  return name === undefined
    ? undefined
    : refTo(backendConfigs, { namespace: service?.metadata.namespace ?? 'default', name })
}

/** What a Google load balancer sticks on by a BackendConfig (pkg/apis/backendconfig/v1/types.go). */
export function backendConfigPolicy({ spec }: LooseObject): Policy {
  const type = text(at(spec, 'sessionAffinity.affinityType')) ?? 'NONE'
  if (type === 'CLIENT_IP') return { kind: 'hash', of: 'client address' }
  return type === 'GENERATED_COOKIE'
    ? generatedCookie('GCLB', at(spec, 'sessionAffinity.affinityCookieTtlSec'))
    : { kind: 'none' }
}

/** A cookie of Google's: without a time, or with 0, it lasts as long as the browser. */
export function generatedCookie(name: string, seconds: unknown): Policy {
  const ttl = typeof seconds === 'number' && seconds > 0 ? { ttlSeconds: seconds } : {}
  return { kind: 'cookie', name, path: '/', ...ttl, madeBy: 'proxy', points: 'at-a-pod' }
}

/** To the pods where the Service asks for network endpoint groups; GKE itself adds the annotation on VPC-native clusters. */
function arrivalAt(service: IngressBackend['service']): Arrival {
  const asked = annotationsOf(service)[negKey]
  if (asked === undefined) return 'unknown'
  return at(parsedJson(asked), 'ingress') === true ? 'pods' : 'node-port'
}

function serve({ service, port }: IngressBackend, store: Store): Served {
  const arrival = arrivalAt(service)
  const note =
    arrival === 'unknown'
      ? { note: `to the pods on VPC-native clusters, to the nodes on others: ${negKey} would say it` }
      : {}
  const ref = configRefOf(service, port)
  if (ref === undefined) return { policy: { kind: 'none' }, arrival, ...note }
  const found = store.get(backendConfigs, { namespace: ref.namespace ?? '', name: ref.name })
  const why = `BackendConfig ${ref.name} could not be seen`
  const policy: Policy = found === undefined ? { kind: 'unknown', why } : backendConfigPolicy(found)
  return { policy, arrival, configuredBy: [ref], ...note }
}

/** Ingress for Google's load balancers. Its classes have no IngressClass: the annotation is how they are chosen. */
export const gke: IngressController = {
  name: 'Google load balancer',
  controllers: [],
  classes: ['gce', 'gce-internal'],
  serve,
  keys: { ingress: [], service: [...configKeys, negKey] },
  instead: `a BackendConfig with spec.sessionAffinity that the Service names by ${configKeys[0]}`,
}
