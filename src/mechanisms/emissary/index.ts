import { sticks } from '../../model/affinity/policy.ts'
import { targetKind } from '../kit/objects/types.ts'
import { type Analyzer, objectAnalyzer } from '../analyzer.ts'
import { at, text } from '../kit/objects/loose.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { arrivalOf, endpointResolvers, mappingLegs, mappingPolicy, mappings, refusalOf } from './mapping.ts'

/** `mapping/shop`. */
const mappingKind = targetKind(mappings, ({ spec }) =>
  [text(at(spec, 'prefix')) ?? ''].filter((prefix) => prefix !== ''),
)

const resolver = objectAnalyzer({
  about: mappings,
  codes: ['AFF-EMISSARY-RESOLVER'],
  applies: (mapping) => sticks(mappingPolicy(mapping)) === true,
  analyse: (mapping, { store }, report) => {
    if (arrivalOf(mapping, store) !== 'cluster-ip') return
    report('AFF-EMISSARY-RESOLVER', {
      message: 'Emissary drops the Mapping: a load_balancer is not allowed with the default resolver',
      why: 'That resolver goes to the cluster IP and sees no pods; no request comes this way, and the logs alone say why. A Module may name another default.',
      mend: ['resolver: endpoint, which is there without an object of its own'],
      field: 'spec.load_balancer',
    })
  },
})

const cookie = objectAnalyzer({
  about: mappings,
  codes: ['AFF-EMISSARY-NO-TTL'],
  applies: (mapping) => mappingPolicy(mapping).kind === 'cookie',
  analyse: ({ spec }, _view, report) => {
    if (at(spec, 'load_balancer.cookie.ttl') !== undefined) return
    report('AFF-EMISSARY-NO-TTL', {
      message: 'the cookie has no ttl: Emissary does not set it',
      why: 'Envoy makes a cookie only where it has a ttl; who brings none is sent to any pod.',
      mend: ['add ttl, in load_balancer.cookie', 'let the application set the cookie'],
      field: 'spec.load_balancer.cookie',
    })
  },
})

const refused = objectAnalyzer({
  about: mappings,
  codes: ['AFF-EMISSARY-REFUSED'],
  applies: ({ spec }) => at(spec, 'load_balancer') !== undefined,
  analyse: (mapping, _view, report) => {
    const why = refusalOf(mapping)
    if (why === undefined) return
    report('AFF-EMISSARY-REFUSED', {
      message: `Emissary drops the Mapping: ${why}`,
      why: 'With a load_balancer that it does not understand, the Mapping is invalid: no request comes this way, and the logs alone say why.',
      mend: ['load_balancer: {policy: ring_hash, cookie: {name: sid, ttl: 0s, path: /}}'],
      field: 'spec.load_balancer',
    })
  },
})

const analyzers: readonly Analyzer[] = [resolver, cookie, refused]

/** Emissary-ingress, which was called Ambassador. */
export const emissary: Mechanism = {
  name: 'emissary',
  label: 'Emissary',
  targets: [mappingKind],
  routes: [mappings],
  reads: [endpointResolvers],
  legs: legsByType(drawnBy(mappings, mappingLegs)),
  analyzers,
}
