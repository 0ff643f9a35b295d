import { at, defineType, type Resource } from '../../objects/resource.ts'
import { matches } from '../../objects/selectors.ts'
import type { EnvoyHash } from '../kit/choice/envoy.ts'
import { listAt, secondsOf, textAt } from '../kit/objects/loose.ts'

export const group = 'gateway.envoyproxy.io/v1alpha1'

export const policies = defineType(group, 'backendtrafficpolicies', 'BackendTrafficPolicy', {
  short: ['btp'],
  sub: ['status'],
})

/** What a BackendTrafficPolicy says of affinity. */
interface Attached {
  hash: readonly EnvoyHash[]
  /** `routingType: Service`. */
  isNative: boolean
}

/** Of the one that counts for a rule: of the rule, the route or the Gateway, the nearest; of several the oldest. */
export function attachedPolicy(
  policies: readonly Resource[],
  gateway: Resource,
  route: Resource,
  rule: string | undefined,
): Attached {
  const byAge = policies.toSorted((a, b) =>
    (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''),
  )
  const targets = byAge.flatMap((policy) =>
    targetsOf(policy, [gateway, route]).map((target) => ({ policy, ...target })),
  )
  const found =
    targets.find(({ object, section }) => object === route && section !== undefined && section === rule) ??
    targets.find(({ object, section }) => object === route && section === undefined) ??
    targets.find(({ object, section }) => object === gateway && section !== undefined) ??
    targets.find(({ object }) => object === gateway)
  return {
    hash: hashOf(at(found?.policy, 'spec', 'loadBalancer')),
    isNative: textAt(found?.policy, 'spec', 'routingType') === 'Service',
  }
}

/** Which of these objects a policy of their namespace is for. */
function targetsOf(
  policy: Resource,
  objects: readonly Resource[],
): { object: Resource; section: string | undefined }[] {
  const single = at(policy, 'spec', 'targetRef')
  const refs = [...(single === undefined ? [] : [single]), ...listAt(policy, 'spec', 'targetRefs')]
  return objects
    .filter(({ metadata }) => metadata.namespace === policy.metadata.namespace)
    .flatMap((object) => {
      const isSelected = listAt(policy, 'spec', 'targetSelectors').some(
        (one) =>
          textAt(one, 'kind') === object.kind && matches(at(one, 'matchLabels'), object.metadata.labels),
      )
      const named = refs
        .filter((ref) => textAt(ref, 'kind') === object.kind && textAt(ref, 'name') === object.metadata.name)
        .map((ref) => ({ object, section: textAt(ref, 'sectionName') }))
      return isSelected ? [...named, { object, section: undefined }] : named
    })
}

function hashOf(balancer: unknown): EnvoyHash[] {
  if (textAt(balancer, 'type') !== 'ConsistentHash') return []
  const hash = at(balancer, 'consistentHash')
  const type = textAt(hash, 'type')
  if (type === 'SourceIP') return [{ by: 'source' }]
  if (type === 'Header') return [{ by: 'header', name: textAt(hash, 'header', 'name') ?? '' }]
  if (type === 'Headers')
    return listAt(hash, 'headers').map((one) => ({ by: 'header', name: textAt(one, 'name') ?? '' }))
  if (type === 'QueryParams')
    return listAt(hash, 'queryParams').map((one) => ({ by: 'query', name: textAt(one, 'name') ?? '' }))
  const ttl = textAt(hash, 'cookie', 'ttl')
  const attributes = Object.entries({ ...(at(hash, 'cookie', 'attributes') as object) })
  return [
    {
      by: 'cookie',
      cookie: {
        name: textAt(hash, 'cookie', 'name') ?? '',
        ...(ttl === undefined ? {} : { ttlSeconds: secondsOf(ttl) }),
        attributes: attributes.map(([key, value]) => [key, String(value)] as const),
      },
    },
  ]
}
