import { objectAnalyzer } from '../analyzer.ts'
import { at, text } from '../kit/objects/loose.ts'
import { routePolicies } from './route-policy.ts'
import type { Analyzer } from '../analyzer.ts'
import { ingressAnalyzer } from '../ingress/analyzer.ts'
import { annotationField, annotationsOf, goBoolean } from '../kit/controller.ts'
import { enabling } from '../kit/write/enabling.ts'
import { affinityKey, agic, distinctNameKey } from './controller.ts'

const value = ingressAnalyzer({
  by: agic,
  codes: ['AFF-AZURE-VALUE'],
  analyse: ({ ingress }, _view, report) => {
    for (const key of [affinityKey, distinctNameKey]) {
      const found = annotationsOf(ingress)[key]
      if (found === undefined || goBoolean(found) !== undefined) continue
      report('AFF-AZURE-VALUE', {
        message: `${key} is "true" or "false", and not "${found}"`,
        why: 'The controller cannot read it, and sets no cookie.',
        mend: [
          ...(key === affinityKey ? [enabling(ingress, { cookie: 'ApplicationGatewayAffinity' })] : []),
          `${key}: "true"`,
        ],
        field: annotationField(key),
      })
    }
  },
})

const oneName = ingressAnalyzer({
  by: agic,
  codes: ['AFF-AZURE-ONE-NAME'],
  applies: ({ ingress }) => goBoolean(annotationsOf(ingress)[affinityKey]) === true,
  analyse: ({ ingress, backends }, _view, report) => {
    const names = [...new Set(backends.map(({ to }) => to.name))]
    if (names.length < 2 || goBoolean(annotationsOf(ingress)[distinctNameKey]) === true) return
    report('AFF-AZURE-ONE-NAME', {
      message: `${names.join(' and ')} set a cookie of the same name, ApplicationGatewayAffinity, for one host`,
      why: 'A browser keeps one of them: who visits both Services loses the pod of the other each time.',
      mend: [`${distinctNameKey}: "true"`],
      field: annotationField(affinityKey),
    })
  },
})

const routePolicy = objectAnalyzer({
  about: routePolicies,
  codes: ['AFF-AZURE-ROUTE-POLICY'],
  applies: ({ spec }) => at(spec, 'default.sessionAffinity') !== undefined,
  analyse: ({ spec }, _view, report) => {
    const affinity = at(spec, 'default.sessionAffinity')
    const type = text(at(affinity, 'affinityType'))
    const lacks = ['cookieName', 'cookieDuration'].filter((name) => at(affinity, name) === undefined)
    if (type === 'application-cookie' && lacks.length > 0) {
      report('AFF-AZURE-ROUTE-POLICY', {
        message: `affinityType application-cookie lacks ${lacks.join(' and ')}`,
        why: 'Both are required for it.',
        mend: [`set ${lacks.join(' and ')}`, 'affinityType: managed-cookie, with the cookie AGCAffinity'],
        field: 'spec.default.sessionAffinity',
      })
    } else if (type !== 'application-cookie' && type !== 'managed-cookie') {
      report('AFF-AZURE-ROUTE-POLICY', {
        message: `affinityType is application-cookie or managed-cookie, and not ${type === undefined ? 'absent' : `"${type}"`}`,
        why: 'Other values are refused.',
        mend: ['affinityType: managed-cookie'],
        field: 'spec.default.sessionAffinity',
      })
    }
  },
})

export const analyzers: readonly Analyzer[] = [value, oneName, routePolicy]
