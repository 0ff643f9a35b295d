import { slipOf } from '../../model/common/words/spelling.ts'
import type { Mend } from '../../model/findings/mend.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Analyzer, FindingDraft, Report } from '../analyzer.ts'
import { objectAnalyzer } from '../analyzer.ts'
import { ingressAnalyzer, placedAt } from '../ingress/analyzer.ts'
import { annotationField, annotationsOf, type IngressBackend } from '../kit/controller.ts'
import { renamed } from '../kit/write/annotations.ts'
import { enabling } from '../kit/write/enabling.ts'
import { services } from '../service/objects.ts'
import { forwards } from './actions.ts'
import { alb, albPolicy, albPrefix, annotationFor, attributesKey, targetTypeKey, targetTypes } from './alb.ts'
import {
  type BalancerKind,
  misspelt,
  parseAttributes,
  unreadParts,
  wantsStickiness,
  wrongValues,
} from './attributes.ts'
import { isOfLbc, nlbAttributesKey, nlbKeys, nlbTargetTypeKey, sslCertKey } from './nlb.ts'

type AttributeCode = 'AFF-AWS-UNKNOWN-ATTRIBUTE' | 'AFF-AWS-BAD-VALUE' | 'AFF-AWS-NOT-ENABLED'

const attributeCodes = ['AFF-AWS-UNKNOWN-ATTRIBUTE', 'AFF-AWS-BAD-VALUE', 'AFF-AWS-NOT-ENABLED'] as const

/** What is wrong with the attributes of an annotation, wherever it stands. */
function lintAttributes(
  text: string,
  of: BalancerKind,
  { remedy, ...place }: Pick<FindingDraft, 'objects' | 'at'> & { remedy: Mend },
  report: Report<AttributeCode>,
): void {
  const attributes = parseAttributes(text)
  const unread = unreadParts(text)
  const meant = unread.length > 0 ? [] : [...misspelt(attributes, of)]
  if (meant.length > 0) {
    report('AFF-AWS-UNKNOWN-ATTRIBUTE', {
      message: `AWS has no attribute ${meant.map(([key]) => `"${key}"`).join(', ')}: did you mean ${meant.map(([, word]) => word).join(', ')}?`,
      why: 'AWS refuses the attributes, all of them: nothing sticks. The controller says so in an event.',
      mend: [meant.map(([key, word]) => `write ${word} instead of ${key}`).join(', and ')],
      ...place,
    })
  }
  const wrong =
    unread.length > 0
      ? unread.map((problem) => ({ problem, mend: 'write KEY=VALUE,KEY=VALUE' }))
      : wrongValues(attributes, of)
  if (wrong.length > 0) {
    report('AFF-AWS-BAD-VALUE', {
      message: wrong.map(({ problem }) => problem).join('; '),
      why: `${unread.length > 0 ? 'The controller or AWS' : 'AWS'} refuses the attributes, all of them: nothing sticks.`,
      mend: [[...new Set(wrong.map(({ mend }) => mend))].join(', and ')],
      ...place,
    })
  }
  const isDescribed = [...attributes.keys()].some((key) => /^stickiness\.(?!enabled$)/.test(key))
  if (isDescribed && meant.length === 0 && !attributes.has('stickiness.enabled')) {
    report('AFF-AWS-NOT-ENABLED', {
      message: 'there is no stickiness.enabled=true: what else is said about stickiness has no effect',
      why: 'Stickiness is off unless it is switched on.',
      mend: [
        ...(attributes.get('stickiness.type') === 'app_cookie' ? [] : [remedy]),
        'add stickiness.enabled=true',
      ],
      ...place,
    })
  }
}

/** Each annotation once, as several backends may share that of the Ingress. */
function placesOf(key: string, backends: readonly IngressBackend[]): { text: string; object: LooseObject }[] {
  const found = new Map<LooseObject, string>()
  for (const backend of backends) {
    const annotation = annotationFor(key, backend)
    const object = annotation?.of === 'service' ? backend.service : backend.ingress
    if (annotation !== undefined && object !== undefined) found.set(object, annotation.value)
  }
  return [...found].map(([object, text]) => ({ text, object }))
}

const ingressAttributes = ingressAnalyzer({
  by: alb,
  codes: attributeCodes,
  applies: ({ backends }) => placesOf(attributesKey, backends).length > 0,
  analyse: ({ ingress, backends }, _view, report) => {
    const remedy = enabling(ingress, { cookie: 'AWSALB' })
    for (const { text, object } of placesOf(attributesKey, backends))
      lintAttributes(text, 'alb', { ...placedAt(object, annotationField(attributesKey)), remedy }, report)
  },
})

const serviceAttributes = objectAnalyzer({
  about: services,
  codes: attributeCodes,
  applies: (service) => isOfLbc(service) && nlbAttributesKey in annotationsOf(service),
  analyse: (service, _view, report) => {
    const text = annotationsOf(service)[nlbAttributesKey] ?? ''
    const remedy = enabling(service, { sourceIp: true, with: 'aws' })
    lintAttributes(text, 'nlb', { ...placedAt(service, annotationField(nlbAttributesKey)), remedy }, report)
  },
})

/** All of it is in annotations of the Service, which nobody checks. */
const serviceSlips = objectAnalyzer({
  about: services,
  codes: ['AFF-L7-MISSPELT-ANNOTATION'],
  applies: (service) =>
    service.spec.type === 'LoadBalancer' &&
    Object.keys(annotationsOf(service)).some((key) => key.includes('/aws-')),
  analyse: (service, _view, report) => {
    for (const key of Object.keys(annotationsOf(service))) {
      const meant = nlbKeys.includes(key) ? undefined : slipOf(key, nlbKeys)
      if (meant === undefined) continue
      report('AFF-L7-MISSPELT-ANNOTATION', {
        message: `AWS load balancers have no annotation ${key}: did you mean ${meant}?`,
        why: 'Annotations that a controller does not know have no effect, and nobody says so.',
        mend: [renamed(service, key, meant)],
        field: annotationField(key),
      })
    }
  },
})

const targetType = ingressAnalyzer({
  by: alb,
  codes: ['AFF-AWS-BAD-VALUE'],
  applies: ({ backends }) => placesOf(targetTypeKey, backends).length > 0,
  analyse: ({ backends }, _view, report) => {
    for (const { text, object } of placesOf(targetTypeKey, backends)) {
      if (targetTypes.includes(text)) continue
      report('AFF-AWS-BAD-VALUE', {
        message: `target-type is ${targetTypes.join(' or ')}, and not "${text}"`,
        why: 'The controller stops at it, and the load balancer stays as it was, or is not made.',
        mend: [`${targetTypeKey}: ip`],
        ...placedAt(object, annotationField(targetTypeKey)),
      })
    }
  },
})

const nodeWhy =
  'The Service proxy of the node picks a pod on any node for each connection, and a client of the load balancer is no client to it.'

const ingressNodes = ingressAnalyzer({
  by: alb,
  codes: ['AFF-AWS-NODES'],
  applies: ({ backends }) => backends.some(wantsCookie),
  analyse: ({ ingress, backends }, { store }, report) => {
    const onNodes = backends.find(
      (backend) => wantsCookie(backend) && alb.serve(backend, store).arrival === 'node-port',
    )
    if (onNodes === undefined) return
    const said = annotationFor(targetTypeKey, onNodes)
    const object = said?.of === 'service' ? (onNodes.service ?? ingress) : ingress
    const unless = said === undefined ? ', unless its default was changed' : ''
    report('AFF-AWS-NODES', {
      message: `the targets are nodes${unless}: the cookie keeps a client on a node, and not on a pod`,
      why: nodeWhy,
      mend: [`${targetTypeKey}: ip`],
      ...placedAt(object, annotationField(said === undefined ? attributesKey : targetTypeKey)),
    })
  },
})

function wantsCookie(backend: IngressBackend): boolean {
  return wantsStickiness(parseAttributes(annotationFor(attributesKey, backend)?.value), 'alb')
}

const serviceNodes = objectAnalyzer({
  about: services,
  codes: ['AFF-AWS-NODES'],
  applies: (service) =>
    isOfLbc(service) && wantsStickiness(parseAttributes(annotationsOf(service)[nlbAttributesKey]), 'nlb'),
  analyse: (service, _view, report) => {
    const type = annotationsOf(service)[nlbTargetTypeKey]
    if (type === 'ip') return
    report('AFF-AWS-NODES', {
      message: `the targets are nodes${type === undefined ? ', unless the default was changed' : ''}: the load balancer keeps a client on a node, and not on a pod`,
      why: nodeWhy,
      mend: [`${nlbTargetTypeKey}: ip`],
      ...placedAt(service, annotationField(type === undefined ? nlbAttributesKey : nlbTargetTypeKey)),
    })
  },
})

const groups = ingressAnalyzer({
  by: alb,
  codes: ['AFF-AWS-GROUPS'],
  applies: ({ ingress }) => forwards(ingress).some(({ targets }) => targets.length > 1),
  analyse: ({ ingress, backends }, _view, report) => {
    const own = albPolicy(annotationsOf(ingress)[attributesKey])
    const isSticky =
      own.kind !== 'none' ||
      backends.some((backend) => albPolicy(annotationFor(attributesKey, backend)?.value).kind !== 'none')
    for (const { name, targets, isSticky: together } of forwards(ingress)) {
      if (targets.length < 2 || together || !isSticky) continue
      report('AFF-AWS-GROUPS', {
        message: `action ${name} shares requests among ${targets.length} target groups without targetGroupStickinessConfig`,
        why: 'AWS refuses stickiness of targets where the groups have none: "You must enable group stickiness before enabling target stickiness".',
        mend: ['add "targetGroupStickinessConfig":{"enabled":true,"durationSeconds":3600} to forwardConfig'],
        field: annotationField(`${albPrefix}actions.${name}`),
      })
    }
  },
})

const tls = objectAnalyzer({
  about: services,
  codes: ['AFF-AWS-TLS'],
  applies: (service) =>
    isOfLbc(service) &&
    parseAttributes(annotationsOf(service)[nlbAttributesKey]).get('stickiness.enabled') === 'true',
  analyse: (service, _view, report) => {
    if (annotationsOf(service)[sslCertKey] === undefined) return
    report('AFF-AWS-TLS', {
      message: 'the load balancer ends TLS, for which a Network Load Balancer has no stickiness',
      why: 'Sticky sessions are not for TLS listeners and TLS target groups.',
      mend: ['end TLS in the pods', 'use an Ingress with an Application Load Balancer'],
      ...placedAt(service, annotationField(sslCertKey)),
    })
  },
})

export const analyzers: readonly Analyzer[] = [
  ingressAttributes,
  targetType,
  serviceAttributes,
  serviceSlips,
  ingressNodes,
  serviceNodes,
  groups,
  tls,
]
