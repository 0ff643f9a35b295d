import { keyOf, refOf } from '../../model/cluster/object.ts'
import { defined } from '../../model/common/values.ts'
import { objectName } from '../../model/findings/finding.ts'
import { type Analyzer, analyzer, objectAnalyzer } from '../analyzer.ts'
import { ingressAnalyzer, placedAt } from '../ingress/analyzer.ts'
import { annotationField, annotationsOf } from '../kit/controller.ts'
import { at, record, text } from '../kit/objects/loose.ts'
import { didYouMean } from '../../model/common/words/spelling.ts'
import { services } from '../service/objects.ts'
import { refusalsOf } from './refused.ts'
import {
  dividedNote,
  hasStickySessions,
  kong,
  policyKey,
  policyRefOf,
  upstreamPolicies,
} from './controller.ts'

const missing = objectAnalyzer({
  about: services,
  codes: ['AFF-KONG-NO-POLICY'],
  needs: [upstreamPolicies],
  // In files the policy may well be elsewhere.
  applies: (service, { source }) => source === 'cluster' && policyRefOf(service) !== undefined,
  analyse: (service, { store }, report) => {
    const ref = policyRefOf(service)
    if (ref === undefined) return
    const { namespace = '', name } = ref
    if (store.get(upstreamPolicies, { namespace, name }) !== undefined) return
    report('AFF-KONG-NO-POLICY', {
      message: `there is no KongUpstreamPolicy ${name} in ${namespace}`,
      why: 'Kong then spreads requests round robin.',
      mend: ['correct the name', 'make the KongUpstreamPolicy'],
      ...placedAt(service, annotationField(policyKey)),
    })
  },
})

/** api/configuration/v1beta1/kongupstreampolicy_types.go */
const hashFields = ['input', 'header', 'cookie', 'cookiePath', 'queryArg', 'uriCapture']
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  hashOn: hashFields,
  hashOnFallback: hashFields,
  stickySessions: ['cookie', 'cookiePath'],
}

const algorithm = objectAnalyzer({
  about: upstreamPolicies,
  codes: ['AFF-KONG-ALGORITHM'],
  analyse: (policy, _view, report) => {
    const { spec } = policy
    for (const [name, known] of Object.entries(fieldsOf))
      for (const key of Object.keys(record(at(spec, name)))) {
        if (known.includes(key)) continue
        const meant = didYouMean(key, known)
        report('AFF-KONG-ALGORITHM', {
          message: `${name} has no field "${key}"${meant === undefined ? '' : `: did you mean ${meant}?`}`,
          why: 'The API server drops fields that it does not know, and what was meant is not set.',
          mend: meant === undefined ? [] : [`write ${meant}`],
          field: `spec.${name}.${key}`,
        })
      }
    for (const { message, mend, field } of refusalsOf(spec))
      report('AFF-KONG-ALGORITHM', {
        message,
        why: 'The API server refuses the KongUpstreamPolicy: nothing of it counts, or what it said before.',
        mend: [mend],
        field,
      })
    const chosen = text(at(spec, 'algorithm'))
    const hasHash = Object.entries(record(at(spec, 'hashOn'))).some(([, value]) => value !== 'none')
    if (chosen === 'sticky-sessions' && text(at(spec, 'stickySessions.cookie')) === undefined) {
      report('AFF-KONG-ALGORITHM', {
        message: 'algorithm sticky-sessions lacks the name of the cookie',
        why: 'Without stickySessions.cookie there is nothing to keep clients by.',
        mend: ['set stickySessions.cookie'],
        field: 'spec.algorithm',
      })
    }
    if (chosen === 'consistent-hashing' && !hasHash) {
      report('AFF-KONG-ALGORITHM', {
        message: 'algorithm consistent-hashing has nothing to hash: there is no hashOn',
        why: 'Without hashOn, which is none by default, Kong does not keep clients on a pod.',
        mend: ['set hashOn: a cookie, a header, input ip, …'],
        field: 'spec.algorithm',
      })
    }
  },
})

const divided = analyzer({
  codes: ['AFF-KONG-ALGORITHM'],
  needs: [upstreamPolicies],
  applies: ({ paths }) => paths.some(({ hops }) => hops.some(({ note }) => note === dividedNote)),
  analyse: ({ paths }, report) => {
    const said = new Set<string>()
    for (const { note, configuredBy, field } of paths.flatMap(({ hops }) => hops)) {
      const [route, policy] = [
        configuredBy[0],
        configuredBy.find(({ kind }) => kind === upstreamPolicies.kind),
      ]
      if (note !== dividedNote || route === undefined || policy === undefined) continue
      const key = `${keyOf(route)} ${field} ${policy.name}`
      if (said.has(key)) continue
      said.add(key)
      report('AFF-KONG-ALGORITHM', {
        message: `KongUpstreamPolicy ${policy.name} has no effect at ${objectName(route)}: not all Services of its rule name it`,
        why: 'Kong makes one upstream of a rule, and ignores a policy that is not that of all its Services: requests are spread.',
        mend: [`let all of them name it by ${policyKey}`, 'make a rule for each Service'],
        objects: [route, policy],
        at: defined({ object: route, field }),
      })
    }
  },
})

const enterprise = objectAnalyzer({
  about: upstreamPolicies,
  codes: ['AFF-KONG-ENTERPRISE', 'AFF-KONG-ALGORITHM'],
  analyse: ({ spec }, { store }, report) => {
    if (text(at(spec, 'algorithm')) !== 'sticky-sessions') return
    const isThere = hasStickySessions(store)
    if (isThere === true) return
    const isOld = isThere === false
    report(isOld ? 'AFF-KONG-ALGORITHM' : 'AFF-KONG-ENTERPRISE', {
      message: `sticky-sessions needs Kong Gateway Enterprise 3.11 and Kong Ingress Controller 3.5, or newer${isOld ? ', and something else runs here' : ''}`,
      why: `Older ones, and Kong Gateway OSS, refuse the upstream${isOld ? '.' : '; which one this is cannot be seen here.'}`,
      mend: ['with others use consistent-hashing with hashOn.cookie'],
      field: 'spec.algorithm',
    })
  },
})

const misplaced = ingressAnalyzer({
  by: kong,
  codes: ['AFF-KONG-MISPLACED'],
  analyse: ({ ingress, backends }, _view, report) => {
    const name = annotationsOf(ingress)[policyKey]
    if (name === undefined) return
    const names = [...new Set(backends.map(({ to }) => `service/${to.name}`))].join(', ')
    report('AFF-KONG-MISPLACED', {
      message: `${policyKey} has no effect on an Ingress: Kong reads it on Services`,
      why: 'A policy is of an upstream, and upstreams are Services.',
      mend: [`annotate ${names} with it`],
      objects: [refOf(ingress)],
      field: annotationField(policyKey),
    })
  },
})

export const analyzers: readonly Analyzer[] = [missing, algorithm, divided, enterprise, misplaced]
