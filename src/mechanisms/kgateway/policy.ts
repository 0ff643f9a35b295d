import type { Leg } from '../../model/affinity/leg.ts'
import { sticks, type Policy } from '../../model/affinity/policy.ts'
import { type LooseObject, type ObjectType, refOf } from '../../model/cluster/object.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Store } from '../../model/cluster/store.ts'
import { routingOf } from '../gateway-api/routes/routing.ts'
import { hashedCookie } from '../kit/legs/envoy.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { matches, policiesFor, unreadable } from '../kit/objects/targeting.ts'
import { customType } from '../kit/objects/types.ts'
import { services } from '../service/objects.ts'

/** How kgateway meets a Service (api/v1alpha1/kgateway/backend_config_policy_types.go). */
export const backendConfigs: ObjectType<LooseObject> = {
  ...customType('gateway.kgateway.dev', 'backendconfigpolicies', 'BackendConfigPolicy'),
  versions: ['v1alpha1'],
}

/** The ring of a policy, where it has one: its place, and what it hashes. */
export function ringOf({ spec }: LooseObject): { field: string; hashes: readonly unknown[] } | undefined {
  for (const name of ['ringHash', 'maglev']) {
    const ring = at(spec, `loadBalancer.${name}`)
    if (ring !== undefined)
      return { field: `spec.loadBalancer.${name}`, hashes: list(record(ring)['hashPolicies']) }
  }
  return undefined
}

/** What the API server refuses of it, in words, and the field (kubebuilder rules of LoadBalancer and HashPolicy). */
export function refusalsOf(object: LooseObject): { message: string; field: string; mend: string }[] {
  const of = 'spec.loadBalancer'
  const set = Object.keys(record(at(object.spec, 'loadBalancer'))).filter((key) => algorithms.includes(key))
  const { field, hashes } = ringOf(object) ?? { field: of, hashes: [] }
  const several = `loadBalancer takes one of ${algorithms.join(', ')}, and not ${set.join(' and ')}`
  return [
    ...(set.length > 1 ? [{ message: several, field: of, mend: 'keep one of them' }] : []),
    ...hashes.flatMap((one, index) => {
      const keys = ['header', 'cookie', 'sourceIP'].filter((key) => record(one)[key] !== undefined)
      const [key = ''] = keys
      const isWhole = keys.length === 1 && (key === 'sourceIP' || text(at(one, `${key}.name`)) !== undefined)
      const message = `hashPolicies[${index}] takes one of header, cookie and sourceIP, the first two with a name`
      return isWhole
        ? []
        : [
            {
              message,
              field: `${field}.hashPolicies[${index}]`,
              mend: keys.length > 1 ? 'make an element for each of them' : 'name what is to be hashed',
            },
          ]
    }),
  ]
}

const algorithms = ['leastRequest', 'roundRobin', 'ringHash', 'maglev', 'random']

/** What it makes Envoy stick on; undefined where it says nothing about picking. */
export function configPolicy(object: LooseObject): Policy | undefined {
  if (refusalsOf(object).length > 0) return { kind: 'unknown', why: 'the API server refuses the policy' }
  const hashes = ringOf(object)?.hashes
  if (hashes === undefined)
    return at(object.spec, 'loadBalancer') === undefined ? undefined : { kind: 'none' }
  const parts = hashes.flatMap((one) => partOf(one) ?? [])
  const [first, ...more] = parts
  if (first === undefined) return { kind: 'none' }
  return more.length === 0 ? first.policy : { kind: 'hash', of: parts.map(({ words }) => words).join(', ') }
}

function partOf(one: unknown): { words: string; policy: Policy } | undefined {
  const cookie = record(at(one, 'cookie'))
  const [name, header] = [text(cookie['name']), text(at(one, 'header.name'))]
  if (name !== undefined) {
    const [path, ttl, sameSite] = ['path', 'ttl', 'sameSite'].map((key) => text(cookie[key]))
    const policy = hashedCookie({ name, path, ttl, isSecure: cookie['secure'] === true, sameSite })
    return { words: `cookie ${name}`, policy }
  }
  if (header !== undefined)
    return { words: `header ${header}`, policy: { kind: 'header', name: header, points: 'into-a-hash' } }
  const of = 'client address'
  return at(one, 'sourceIP') === undefined ? undefined : { words: of, policy: { kind: 'hash', of } }
}

/** The hop of a gateway of kgateway. What a rule's sessionPersistence records comes before any hash. */
export function refineGateway(leg: Leg, store: Store): Leg {
  const { hop, to } = leg
  if (routingOf(leg)?.controller?.label !== 'kgateway' || hop === undefined || typeof to !== 'object')
    return leg
  if (sticks(hop.policy) === true) return leg
  const open = unreadable([backendConfigs], store)
  if (open !== undefined) return { ...leg, hop: { ...hop, policy: open } }
  const attached = configsFor(to.object, store)
  const [own, second] = attached.flatMap((one) => configPolicy(one) ?? [])
  // Releases with merge.go take the first that sets the field; before, each was applied over the one before.
  const why =
    'several BackendConfigPolicies are attached, and which one counts is up to the release of kgateway'
  const policy: Policy = second === undefined ? (own ?? hop.policy) : { kind: 'unknown', why }
  return { ...leg, hop: { ...hop, policy, configuredBy: [...hop.configuredBy, ...attached.map(refOf)] } }
}

function configsFor(ref: ObjectRef, store: Store): readonly LooseObject[] {
  const { namespace = 'default', name } = ref
  const labels = store.get(services, { namespace, name })?.metadata.labels ?? {}
  const all = store.list(backendConfigs)
  const selecting = (all.known ? all.value : []).filter(
    ({ metadata, spec }) =>
      (metadata.namespace ?? 'default') === namespace &&
      list(at(spec, 'targetSelectors')).some(
        (one) => record(one)['kind'] === ref.kind && matches(one, labels),
      ),
  )
  return [...new Set([...policiesFor(backendConfigs, ref, store), ...selecting])]
}
