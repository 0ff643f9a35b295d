import { didYouMean } from '../../model/common/words/spelling.ts'
import { type Analyzer, objectAnalyzer, type ReportOf, type View } from '../analyzer.ts'
import { ingressAnalyzer } from '../ingress/analyzer.ts'
import { annotationField, annotationsOf } from '../kit/controller.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { algorithmKey, filterKey, skipper } from './controller.ts'
import { algorithms, hasBalanceFactor, keyIn } from './hash.ts'
import { routeGroups } from './objects.ts'
import { backendOf, routesOf } from './route-group.ts'
import { usualAlgorithm } from './usual.ts'

const codes = ['AFF-SKIPPER-ALGORITHM', 'AFF-SKIPPER-KEY-UNUSED', 'AFF-SKIPPER-BALANCE-FACTOR'] as const

/** One algorithm and the filters in front of it, and where they stand. */
function check(
  { own, filters }: { own: string | undefined; filters: string },
  fields: { algorithm: string; filters: string },
  { store }: View,
  report: ReportOf<typeof codes>,
): void {
  const algorithm = own ?? usualAlgorithm(store)
  if (algorithm === undefined) return
  if (own !== undefined && !algorithms.includes(algorithm)) {
    const meant = didYouMean(algorithm, algorithms)
    report('AFF-SKIPPER-ALGORITHM', {
      message: `algorithm "${algorithm}": ${meant === undefined ? `there are ${algorithms.join(', ')}` : `did you mean "${meant}"?`}`,
      why: 'Skipper drops the routes of whatever names an algorithm that it does not know, and says so in its logs only.',
      mend: [`write ${meant ?? 'consistentHash'}`],
      field: fields.algorithm,
    })
    return
  }
  const isHash = algorithm === 'consistentHash'
  if (!isHash && keyIn(filters) !== undefined)
    report('AFF-SKIPPER-KEY-UNUSED', {
      message: `consistentHashKey has no effect with ${own ?? `the usual algorithm, ${algorithm} unless a flag says otherwise`}`,
      why: 'Only the algorithm consistentHash reads the key; clients do not stay on a pod.',
      mend: ['set the algorithm: consistentHash'],
      field: fields.filters,
    })
  if (isHash && hasBalanceFactor(filters))
    report('AFF-SKIPPER-BALANCE-FACTOR', {
      message:
        'consistentHashBalanceFactor sends clients on to the next pod when theirs has too many requests',
      why: 'That is what it is for; who must stay on one pod cannot have it.',
      field: fields.filters,
    })
}

const ofIngress = ingressAnalyzer({
  by: skipper,
  codes,
  analyse: ({ ingress }, view, report) => {
    const words = annotationsOf(ingress)
    const fields = { algorithm: annotationField(algorithmKey), filters: annotationField(filterKey) }
    check({ own: words[algorithmKey], filters: words[filterKey] ?? '' }, fields, view, report)
  },
})

const ofRouteGroup = objectAnalyzer({
  about: routeGroups,
  codes,
  analyse: (group, view, report) => {
    const backends = list(at(group.spec, 'backends'))
    const seen = new Set<string>()
    for (const { filters, refs, field } of routesOf(group))
      for (const one of refs) {
        const backend = backendOf(group, one)
        const key = JSON.stringify([backend, filters])
        if (seen.has(key)) continue
        seen.add(key)
        const place = `spec.backends[${backends.findIndex((other) => record(other)['name'] === backend['name'])}]`
        const fields = { algorithm: `${place}.algorithm`, filters: `${field}.filters` }
        check({ own: text(backend['algorithm']), filters }, fields, view, report)
      }
  },
})

export const analyzers: readonly Analyzer[] = [ofIngress, ofRouteGroup]
