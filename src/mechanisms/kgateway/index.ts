import { at, text } from '../kit/objects/loose.ts'
import { objectAnalyzer } from '../analyzer.ts'
import type { Mechanism } from '../mechanism.ts'
import { backendConfigs, refineGateway, refusalsOf, ringOf } from './policy.ts'

const ring = objectAnalyzer({
  about: backendConfigs,
  codes: ['AFF-KGW-NO-HASH', 'AFF-KGW-NO-TTL', 'AFF-KGW-NO-PATH'],
  applies: (object) => ringOf(object) !== undefined,
  analyse: (object, _view, report) => {
    for (const { message, field, mend } of refusalsOf(object))
      report('AFF-KGW-NO-HASH', {
        message,
        why: 'The API server refuses the BackendConfigPolicy: nothing of it counts, or what it said before.',
        mend: [mend],
        field,
      })
    const { field, hashes } = ringOf(object) ?? { field: '', hashes: [] }
    if (hashes.length === 0)
      report('AFF-KGW-NO-HASH', {
        message: `${field.split('.').at(-1)} has no hashPolicies: Envoy picks any pod`,
        why: 'Without a hash of the request a ring is entered at random.',
        mend: ['add hashPolicies: a cookie, a header or sourceIP'],
        field,
      })
    for (const [index, one] of hashes.entries()) {
      const cookie = at(one, 'cookie')
      if (cookie === undefined) continue
      const place = `${field}.hashPolicies[${index}].cookie`
      if (at(cookie, 'ttl') === undefined)
        report('AFF-KGW-NO-TTL', {
          message: 'the cookie has no ttl: kgateway does not set it',
          why: 'Envoy makes a cookie only where it has a ttl; who brings none is sent to any pod.',
          mend: ['add ttl: 0s, or a longer one', 'let the application set the cookie'],
          field: place,
        })
      else if (text(at(cookie, 'path')) === undefined)
        report('AFF-KGW-NO-PATH', {
          message: 'the cookie has no path: browsers keep it for the directory of the page',
          why: 'A client that goes on to another directory does not send it, and gets another cookie and maybe another pod there.',
          mend: ['add path: /'],
          field: place,
        })
    }
  },
})

/** BackendConfigPolicy of kgateway: it draws no arrow, and changes those of routes to its Services. */
export const kgateway: Mechanism = {
  name: 'kgateway',
  label: 'kgateway',
  routes: [],
  reads: [backendConfigs],
  refine: refineGateway,
  analyzers: [ring],
}
