import { didYouMean } from '../../model/common/words/spelling.ts'
import { objectAnalyzer, type ReportOf } from '../analyzer.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { refOf } from '../../model/cluster/object.ts'
import { objectName } from '../../model/findings/finding.ts'
import { rivalOf } from './legs.ts'
import { httpProxies } from './objects.ts'
import { cookieName, hashedBy, strategies } from './policy.ts'

const codes = [
  'AFF-CONTOUR-UNKNOWN-FIELD',
  'AFF-CONTOUR-UNKNOWN-STRATEGY',
  'AFF-CONTOUR-HASH-IGNORED',
  'AFF-CONTOUR-SEVERAL-SERVICES',
  'AFF-CONTOUR-TCP',
  'AFF-CONTOUR-LOWER-CASE',
  'AFF-CONTOUR-SAME-HOST',
] as const

/** What is said about HTTPProxies. */
export const proxyAnalyzer = objectAnalyzer({
  about: httpProxies,
  codes,
  analyse: (proxy, { store }, report) => {
    const { spec } = proxy
    const rival = rivalOf(proxy, store)
    if (rival !== undefined)
      report('AFF-CONTOUR-SAME-HOST', {
        message: `${objectName(refOf(rival))}${rival.metadata.namespace === proxy.metadata.namespace ? '' : ` of namespace ${rival.metadata.namespace}`} has the host ${text(at(spec, 'virtualhost.fqdn'))}, too: Contour takes neither`,
        why: 'A host belongs to one HTTPProxy. Contour marks all that have it as invalid (DuplicateVhost), and clients get 404.',
        mend: ['let one have the host, and include the other in it', 'give them different hosts'],
        objects: [refOf(proxy), refOf(rival)],
        field: 'spec.virtualhost.fqdn',
      })
    misplaced(spec, 'spec', report)
    for (const [index, route] of list(at(spec, 'routes')).entries()) {
      const place = `spec.routes[${index}]`
      misplaced(route, place, report)
      for (const [number, service] of list(record(route)['services']).entries())
        misplaced(service, `${place}.services[${number}]`, report)
      const balancer = record(route)['loadBalancerPolicy']
      checkFields(balancer, `${place}.loadBalancerPolicy`, report)
      checkStrategy(balancer, place, report)
      checkHashes(balancer, place, report)
      checkServices(route, balancer, place, report)
    }
    const strategy = at(spec, 'tcpproxy.loadBalancerPolicy.strategy')
    if (strategy === 'Cookie' || strategy === 'RequestHash')
      report('AFF-CONTOUR-TCP', {
        message: `strategy ${strategy} has no effect for a tcpproxy`,
        why: 'Contour warns in the status of the HTTPProxy and spreads connections by round robin.',
        mend: ['use routes, where requests can be read'],
        field: 'spec.tcpproxy.loadBalancerPolicy.strategy',
      })
  },
})

/** Fields of the time of IngressRoute, and such that stand one level too high or too low. */
function misplaced(value: unknown, place: string, report: ReportOf<typeof codes>): void {
  const isRoute = /routes\[\d+\]$/.test(place)
  for (const key of Object.keys(record(value))) {
    const isMeant =
      /^(load-?balancer(policy|strategy)?|lb-?(policy|strategy)|(session-?)?(affinity|persistence)|sticky.*)$/i.test(
        key,
      )
    const isStrategy = key === 'strategy'
    if (!(isMeant || isStrategy) || (isRoute && key === 'loadBalancerPolicy')) continue
    const near = isRoute ? 'did you mean loadBalancerPolicy?' : 'loadBalancerPolicy belongs into the route'
    report('AFF-CONTOUR-UNKNOWN-FIELD', {
      message: `${isRoute ? 'routes of an HTTPProxy have' : `${place} has`} no field "${key}": ${near}`,
      why: 'The API server drops fields that it does not know without a word, and requests are spread by round robin.',
      mend: ['write loadBalancerPolicy: {strategy: Cookie} beside services'],
      field: `${place}.${key}`,
    })
  }
}

function checkFields(balancer: unknown, place: string, report: ReportOf<typeof codes>): void {
  const known = ['strategy', 'requestHashPolicies']
  for (const key of Object.keys(record(balancer)).filter((one) => !known.includes(one))) {
    const meant = didYouMean(key, known)
    report('AFF-CONTOUR-UNKNOWN-FIELD', {
      message: `loadBalancerPolicy has no field "${key}"${meant === undefined ? '' : `: did you mean ${meant}?`}`,
      why: 'The API server drops fields that it does not know without a word. Without a strategy requests are spread by round robin.',
      mend: [meant === undefined ? `remove ${key}` : `write ${meant}`],
      field: `${place}.${key}`,
    })
  }
}

function checkStrategy(balancer: unknown, place: string, report: ReportOf<typeof codes>): void {
  const strategy = text(at(balancer, 'strategy'))
  if (strategy === undefined || strategies.includes(strategy)) return
  const meant = didYouMean(strategy, strategies) ?? (/hash/i.test(strategy) ? 'RequestHash' : undefined)
  report('AFF-CONTOUR-UNKNOWN-STRATEGY', {
    message: `strategy "${strategy}": ${meant === undefined ? `there are ${strategies.join(', ')}` : `did you mean "${meant}"?`}`,
    why: 'Contour takes round robin for what it does not know, and says nothing.',
    mend: [meant === undefined ? 'write one of these' : `write ${meant}`],
    field: `${place}.loadBalancerPolicy.strategy`,
  })
}

const hashOptions = ['hashSourceIP', 'headerHashOptions', 'queryParameterHashOptions']

function checkHashes(balancer: unknown, place: string, report: ReportOf<typeof codes>): void {
  const all = list(at(balancer, 'requestHashPolicies'))
  const field = `${place}.loadBalancerPolicy.requestHashPolicies`
  if (at(balancer, 'strategy') !== 'RequestHash') {
    if (all.length > 0)
      report('AFF-CONTOUR-HASH-IGNORED', {
        message: 'requestHashPolicies have no effect without strategy RequestHash',
        why: 'The strategy alone decides how pods are picked.',
        mend: ['write strategy: RequestHash'],
        field,
      })
    return
  }
  const read = all.map(hashedBy)
  const isNone = read.every((one) => one === undefined)
  if (all.length === 0)
    report('AFF-CONTOUR-HASH-IGNORED', {
      message: 'strategy RequestHash without requestHashPolicies is round robin',
      why: 'There is nothing to hash.',
      mend: ['add requestHashPolicies'],
      field: `${place}.loadBalancerPolicy.strategy`,
    })
  for (const [index, one] of all.entries()) {
    if (read[index] === undefined)
      report('AFF-CONTOUR-HASH-IGNORED', {
        message: `Contour passes over requestHashPolicies[${index}]: it needs exactly one of hashSourceIP, headerHashOptions.headerName and queryParameterHashOptions.parameterName`,
        why: isNone
          ? 'As none is left, requests are spread by round robin.'
          : 'Only the status of the HTTPProxy says so (IgnoredField).',
        mend: [
          hashOptions.filter((key) => record(one)[key] !== undefined).length > 1
            ? 'make an element for each of them'
            : 'write one of these',
        ],
        field: `${field}[${index}]`,
      })
    const parameter = text(at(one, 'queryParameterHashOptions.parameterName'))
    if (parameter !== undefined && parameter !== parameter.toLowerCase())
      report('AFF-CONTOUR-LOWER-CASE', {
        message: `Contour hashes parameter "${parameter.toLowerCase()}", and not "${parameter}"`,
        why: 'It writes the name in lower case, and Envoy tells parameters apart by case: requests that have it as written go anywhere.',
        mend: ['use a parameter in lower case'],
        field: `${field}[${index}].queryParameterHashOptions.parameterName`,
      })
  }
}

function checkServices(
  route: unknown,
  balancer: unknown,
  place: string,
  report: ReportOf<typeof codes>,
): void {
  const strategy = at(balancer, 'strategy')
  const sending = list(record(route)['services']).filter((one) => record(one)['mirror'] !== true)
  if (sending.length < 2 || (strategy !== 'Cookie' && strategy !== 'RequestHash')) return
  report('AFF-CONTOUR-SEVERAL-SERVICES', {
    message: `one of ${sending.length} Services is drawn for each request, whatever the ${strategy === 'Cookie' ? `cookie ${cookieName}` : 'hash'}`,
    why: 'Each Service is a cluster of Envoy, and the hash picks among the pods of one of them only (projectcontour/contour issue 4190).',
    mend: ['give each Service a route', 'put the pods behind one Service'],
    field: `${place}.services`,
  })
}
