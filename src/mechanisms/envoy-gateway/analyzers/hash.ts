import { objectAnalyzer, type ReportOf } from '../../analyzer.ts'
import { applicationOf } from '../../../model/probe/cookies/maker.ts'
import { at, text } from '../../kit/objects/loose.ts'
import { isGatewayDuration } from '../../gateway-api/persistence/persistence.ts'
import { attributeOf, isTableSize } from '../hash.ts'
import { backendTrafficPolicies } from '../objects.ts'
import { isForNobody } from './target.ts'

const codes = [
  'AFF-EG-BAD-HASH',
  'AFF-EG-NO-TTL',
  'AFF-EG-NO-PATH',
  'AFF-EG-SAME-SITE',
  'AFF-EG-APPLICATION-COOKIE',
  'AFF-EG-SOURCE-IP',
  'AFF-EG-OLD-HEADER',
] as const

const field = 'spec.loadBalancer.consistentHash'

/** What the loadBalancer of a policy says by itself, wherever it is attached. */
export const hashAnalyzer = objectAnalyzer({
  about: backendTrafficPolicies,
  codes,
  applies: ({ spec }) => at(spec, 'loadBalancer') !== undefined,
  analyse: (policy, view, report) => {
    const { spec } = policy
    const balancer = at(spec, 'loadBalancer')
    const hash = at(balancer, 'consistentHash')
    const type = text(at(balancer, 'type'))
    if (type !== 'ConsistentHash') {
      if (hash !== undefined)
        report('AFF-EG-BAD-HASH', {
          message: `consistentHash does not go with type ${type ?? '(none)'}`,
          why: 'The API server refuses the policy.',
          mend: ['write type: ConsistentHash', 'remove consistentHash'],
          field,
        })
      return
    }
    checkHash(hash, report)
    checkBeside(balancer, report)
    if (at(hash, 'type') === 'Cookie') checkCookie(at(hash, 'cookie'), isForNobody(policy, view), report)
    if (at(hash, 'type') === 'SourceIP')
      report('AFF-EG-SOURCE-IP', {
        message: 'it hashes the address that Envoy sees',
        why: 'Behind a load balancer or with externalTrafficPolicy: Cluster that is the address of a node, the same for many clients; ClientTrafficPolicy clientIPDetection tells Envoy to believe X-Forwarded-For.',
        field: `${field}.type`,
      })
    if (at(hash, 'type') === 'Header')
      report('AFF-EG-OLD-HEADER', {
        message: 'hash type Header is deprecated',
        why: 'Envoy Gateway takes Headers in its place, a list.',
        mend: ['write type: Headers and headers: [{name: …}]'],
        field: `${field}.type`,
      })
  },
})

/** The field that goes with each type. */
const fields: Readonly<Record<string, string | undefined>> = {
  SourceIP: undefined,
  Header: 'header',
  Headers: 'headers',
  Cookie: 'cookie',
  QueryParams: 'queryParams',
}

function checkHash(hash: unknown, report: ReportOf<typeof codes>): void {
  const refuse = (message: string, mend: string, place = field): void =>
    report('AFF-EG-BAD-HASH', {
      message,
      why: 'The API server or Envoy Gateway refuses the policy; of one that is refused later the routes answer 500.',
      mend: [mend],
      field: place,
    })
  if (hash === undefined)
    return refuse(
      'type ConsistentHash without consistentHash',
      'add consistentHash',
      'spec.loadBalancer.type',
    )
  const type = text(at(hash, 'type'))
  if (type === undefined || !Object.hasOwn(fields, type))
    return refuse(
      `consistentHash.type ${type ?? '(none)'}: must be ${Object.keys(fields).join(', ')}`,
      'write one of these',
      `${field}.type`,
    )
  const wanted = fields[type]
  if (wanted !== undefined && at(hash, wanted) === undefined)
    refuse(`type ${type} needs ${wanted}`, `add ${wanted}`, `${field}.type`)
  for (const other of Object.values(fields))
    if (other !== undefined && other !== wanted && at(hash, other) !== undefined)
      refuse(`${other} does not go with type ${type}`, `remove ${other}`, `${field}.${other}`)
  const ttl = at(hash, 'cookie.ttl')
  if (ttl !== undefined && !(typeof ttl === 'string' && isGatewayDuration(ttl)))
    refuse(
      `ttl ${JSON.stringify(ttl)} is no duration of the Gateway API`,
      'write h, m and s: 48h',
      `${field}.cookie.ttl`,
    )
  if (!isTableSize(at(hash, 'tableSize')))
    refuse('tableSize must be a prime number up to 5000011', 'use 65537, the default', `${field}.tableSize`)
}

/** Settings that ConsistentHash does not go with. */
function checkBeside(balancer: unknown, report: ReportOf<typeof codes>): void {
  for (const place of ['slowStart', 'zoneAware.preferLocal'])
    if (at(balancer, place) !== undefined)
      report('AFF-EG-BAD-HASH', {
        message: `${place} does not go with ConsistentHash`,
        why: 'The API server refuses the policy.',
        mend: [`remove ${place}`],
        field: `spec.loadBalancer.${place}`,
      })
}

function checkCookie(cookie: unknown, isMoot: boolean, report: ReportOf<typeof codes>): void {
  const name = text(at(cookie, 'name'))
  if (name === undefined) return
  const ttl = text(at(cookie, 'ttl'))
  const application = applicationOf(name)
  if (at(cookie, 'ttl') === undefined && application === undefined)
    report('AFF-EG-NO-TTL', {
      message: `without ttl Envoy makes no cookie: a request that has no "${name}" goes to any pod`,
      why: 'Clients stay on a pod only where the application, or somebody else, sets the cookie.',
      mend: [
        `add ttl: 0s for a cookie that lasts as long as the browser, or ttl: 48h${attributeOf(cookie, 'Path') === undefined ? ', and attributes: {Path: /}' : ''}`,
      ],
      field: `${field}.cookie.name`,
    })
  if (isMoot) return
  if (ttl !== undefined && application !== undefined)
    report('AFF-EG-APPLICATION-COOKIE', {
      message: `"${name}" is a cookie of ${application}: Envoy sets one of this name as well`,
      why: 'The two replace each other, so that the pod changes after the first answer and the session may be lost.',
      mend: [
        'use another name',
        "leave ttl out, so that the application's cookie is hashed and none is made",
      ],
      field: `${field}.cookie.name`,
    })
  if (ttl !== undefined && attributeOf(cookie, 'Path') === undefined)
    report('AFF-EG-NO-PATH', {
      message: 'the cookie has no Path: browsers keep it for the directory of the page',
      why: 'A client that goes on to another directory does not send it, and gets another cookie and pod there.',
      mend: ['add attributes: {Path: /}'],
      field: `${field}.cookie`,
    })
  const sameSite = attributeOf(cookie, 'SameSite')
  if (sameSite?.toLowerCase() === 'none' && attributeOf(cookie, 'Secure') === undefined)
    report('AFF-EG-SAME-SITE', {
      message: 'SameSite=None without Secure: browsers refuse the cookie',
      why: 'They never send it back, and each request may go to another pod.',
      mend: ['add attributes: {Secure: "true"}'],
      field: `${field}.cookie.attributes`,
    })
}
