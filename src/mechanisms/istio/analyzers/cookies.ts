import { type Analyzer, objectAnalyzer } from '../../analyzer.ts'
import { applicationOf } from '../../../model/probe/cookies/maker.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { hashKeys, ttlOf, wrongValuesIn } from '../rules/hash.ts'
import { destinationRules } from '../objects.ts'
import { hashesOf, portsOf } from './hashes.ts'

const cookie = objectAnalyzer({
  about: destinationRules,
  codes: [
    'AFF-ISTIO-APPLICATION-COOKIE',
    'AFF-ISTIO-COOKIE-NOT-MADE',
    'AFF-ISTIO-COOKIE-PATH',
    'AFF-ISTIO-COOKIE-ENDS',
  ],
  applies: (rule) => hashesOf(rule).some(({ value }) => at(value, 'httpCookie') !== undefined),
  analyse: (rule, { store }, report) => {
    const ports = portsOf(rule, store)
    for (const { value, field, port } of hashesOf(rule)) {
      const own = at(value, 'httpCookie')
      // For a port that the Service does not have there is no cookie to speak of.
      if (own === undefined || (port !== undefined && ports?.includes(port) === false)) continue
      const name = text(at(own, 'name')) ?? ''
      const ttl = ttlOf(own)
      const application = applicationOf(name)
      if (ttl === undefined) {
        if (name !== '' && application === undefined && at(own, 'ttl') === undefined)
          report('AFF-ISTIO-COOKIE-NOT-MADE', {
            message: `the cookie ${name} has no ttl: the proxy sets none, and requests without one are spread`,
            why: 'Envoy makes a hash cookie only where a ttl is given. Without it the application has to set the cookie.',
            mend: ['add ttl: 0s for a cookie that lasts as long as the browser'],
            field: `${field}.httpCookie`,
          })
        continue
      }
      if (application !== undefined)
        report('AFF-ISTIO-APPLICATION-COOKIE', {
          message: `with a ttl the proxy makes a cookie ${name}, which is one of ${application} as well: the second one moves the client`,
          why: 'The first answer sets two cookies of one name. The browser keeps the one of the application, which hashes to another pod, where the session is not known.',
          mend: [
            'another name, with path: / and ttl: 0s',
            "leave ttl out: the application's own cookie is hashed then, and the first request is free",
          ],
          field: `${field}.httpCookie.name`,
        })
      if (text(at(own, 'path')) === undefined)
        report('AFF-ISTIO-COOKIE-PATH', {
          message: `the cookie ${name} has no path: browsers keep one for each directory of the URL`,
          why: 'Without Path a cookie is sent back below the directory of the request that it came with (RFC 6265, 5.1.4), so that a client has several and is on several pods.',
          mend: ['add path: /'],
          field: `${field}.httpCookie`,
        })
      if (ttl > 0)
        report('AFF-ISTIO-COOKIE-ENDS', {
          message: `the cookie ${name} ends ${ttl} s after it was made, also for a client that is active all the time`,
          why: 'Envoy sets it once, with Max-Age, and never renews it. The next one may hash to another pod.',
          mend: ['ttl: 0s for a cookie that lasts as long as the browser'],
          field: `${field}.httpCookie.ttl`,
        })
    }
  },
})

const refused = objectAnalyzer({
  about: destinationRules,
  codes: ['AFF-ISTIO-HASH-REFUSED'],
  applies: (rule) => hashesOf(rule).length > 0,
  analyse: (rule, _view, report) => {
    for (const { value, balancer, field } of hashesOf(rule)) {
      const say = (message: string, mend: string, at = field): void =>
        report('AFF-ISTIO-HASH-REFUSED', {
          message,
          why: 'The API server or the webhook of istiod refuses the whole DestinationRule.',
          mend: [mend],
          field: at,
        })
      const keys = hashKeys.filter((key) => at(value, key) !== undefined)
      if (keys.length !== 1)
        say(
          keys.length === 0
            ? 'consistentHash says nothing of what is hashed'
            : `consistentHash has ${keys.join(' and ')}: exactly one is allowed`,
          `give one of ${hashKeys.join(', ')}`,
        )
      for (const { field: part, value: given, wanted } of wrongValuesIn(value))
        say(
          `${part} ${wanted}${given === '' ? '' : `, and not ${JSON.stringify(given)}`}`,
          part.endsWith('ttl') ? 'ttl: 0s for a cookie that lasts as long as the browser' : `correct ${part}`,
          `${field}.${part}`,
        )
      if (at(balancer, 'simple') !== undefined)
        say('loadBalancer has both simple and consistentHash', 'remove simple')
      if (at(value, 'maglev') !== undefined && at(value, 'maglev.tableSize') === undefined)
        say('maglev has no tableSize', 'add tableSize: 65537', `${field}.maglev`)
      const size = at(value, 'maglev.tableSize')
      if (typeof size === 'number' && !(size < 5_000_011 && isPrime(size)))
        say(
          `tableSize ${size} is no prime number below 5000011`,
          'tableSize: 65537',
          `${field}.maglev.tableSize`,
        )
      const algorithm = ['ringHash', 'maglev'].find((key) => at(value, key) !== undefined)
      if (algorithm !== undefined && (at(value, 'minimumRingSize') ?? 0) !== 0)
        say(`consistentHash has both minimumRingSize and ${algorithm}`, 'remove minimumRingSize')
      const names = list(at(value, 'httpCookie.attributes')).flatMap((one) => text(record(one)['name']) ?? [])
      const twice = names.find((name, index) => names.indexOf(name) < index)
      if (twice !== undefined)
        say(`the cookie has two attributes ${twice}`, 'leave one of them', `${field}.httpCookie.attributes`)
    }
  },
})

function isPrime(size: number): boolean {
  if (!Number.isInteger(size) || size < 2) return false
  for (let by = 2; by * by <= size; by++) if (size % by === 0) return false
  return true
}

const warmup = objectAnalyzer({
  about: destinationRules,
  codes: ['AFF-ISTIO-NO-WARMUP'],
  applies: (rule) => hashesOf(rule).length > 0,
  analyse: (rule, _view, report) => {
    for (const { balancer, field } of hashesOf(rule)) {
      const key = ['warmup', 'warmupDurationSecs'].find((one) => at(balancer, one) !== undefined)
      if (key === undefined) continue
      report('AFF-ISTIO-NO-WARMUP', {
        message: `${key} has no effect: it is for ROUND_ROBIN and LEAST_REQUEST only`,
        why: 'With a hash a new pod gets its part of the clients at once.',
        field: field.replace(/consistentHash$/, key),
      })
    }
  },
})

export const hashAnalyzers: readonly Analyzer[] = [cookie, refused, warmup]
