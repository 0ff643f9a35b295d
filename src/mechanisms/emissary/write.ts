import type { FieldsWrite, FieldTree, RawObject, Wish } from '../../model/affinity/change.ts'
import { changedLeaves, merge } from '../../model/affinity/fields.ts'
import { isSticky, none } from '../../model/affinity/policy.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import { type Changing, lacksOf, type OwnCookie, refusal } from '../changing.ts'
import { at, text } from '../kit/objects/loose.ts'
import { arrivalOf, builtIn, endpointResolvers, mappingPolicy, mappings } from './mapping.ts'

const cookie: OwnCookie = { by: 'Emissary', isHashed: true, can: ['ttlSeconds', 'path'] }

/** `load_balancer` of a Mapping, which Emissary takes with a resolver of endpoints only. */
export const emissaryChange: Changing = {
  name: 'emissary',
  label: 'Emissary',
  targets: [mappings],
  reads: [endpointResolvers],
  writes: [mappings],
  lacks: (wish) => lacksOf(cookie, wish),
  switchOf: (mapping: LooseObject, store) => {
    const policy = mappingPolicy(mapping)
    const before = isSticky(policy) ? policy : none
    return {
      before,
      off: () => (before === none ? [] : [patch(mapping, { load_balancer: null })]),
      on: (wish) => {
        const arrival = arrivalOf(mapping, store)
        if (arrival === 'unknown')
          return refusal(
            `its resolver ${text(at(mapping.spec, 'resolver')) ?? ''} is no KubernetesEndpointResolver that can be seen, and with others Emissary picks no pod`,
            `let spec.resolver be ${builtIn[0]}`,
          )
        const resolver = arrival === 'pods' ? {} : { resolver: builtIn[0] }
        const write = patch(mapping, { load_balancer: balancerFor(wish), ...resolver })
        const after = merge(mapping as unknown as RawObject, write.fields) as unknown as LooseObject
        return { after: mappingPolicy(after), writes: changedLeaves(write).length === 0 ? [] : [write] }
      },
    }
  },
}

function patch(object: LooseObject, spec: FieldTree): FieldsWrite {
  return { how: 'patch', type: mappings, object, fields: { spec } }
}

/** One key beside the policy: more than one, and the Mapping is dropped. */
function balancerFor(wish: Wish): FieldTree {
  const gone = { cookie: null, header: null, source_ip: null }
  if (wish.kind === 'source-ip') return { ...gone, policy: 'ring_hash', source_ip: true }
  if (wish.kind === 'header') return { ...gone, policy: 'ring_hash', header: wish.name }
  const { name, path = '/', ttlSeconds = 0 } = wish
  // Without a ttl Envoy makes no cookie.
  return { ...gone, policy: 'ring_hash', cookie: { name, path, ttl: `${ttlSeconds}s` } }
}
