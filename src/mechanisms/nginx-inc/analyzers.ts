import { sticks } from '../../model/affinity/policy.ts'
import type { ObjectType, LooseObject } from '../../model/cluster/object.ts'
import { didYouMean } from '../../model/common/words/spelling.ts'
import type { Analyzer } from '../analyzer.ts'
import { objectAnalyzer } from '../analyzer.ts'
import { ingressAnalyzer } from '../ingress/analyzer.ts'
import { annotationField, annotationsOf } from '../kit/controller.ts'
import { enabling } from '../kit/write/enabling.ts'
import { at, record, text } from '../kit/objects/loose.ts'
import { isAtLeastVersion } from '../kit/programs/version.ts'
import {
  clusterIpKey,
  editionOf,
  isMethod,
  methodKey,
  nginxInc,
  plusStickyKey,
  stickyAnnotation,
  stickyKey,
  unreadIn,
} from './controller.ts'
import { parseStickyServices } from './sticky.ts'
import {
  routesOf,
  upstreamPolicy,
  upstreamsOf,
  virtualServerRoutes,
  virtualServers,
} from './virtual-server.ts'

/** What is right of each annotation. */
const examples: Readonly<Record<string, string>> = {
  [methodKey]: 'hash $remote_addr consistent',
  [clusterIpKey]: 'true',
}

const syntax = ingressAnalyzer({
  by: nginxInc,
  codes: ['AFF-NGINC-SYNTAX'],
  analyse: ({ ingress }, _view, report) => {
    for (const { key, problem } of unreadIn(annotationsOf(ingress)))
      report('AFF-NGINC-SYNTAX', {
        message: problem,
        why: 'The controller cannot read it, and refuses the whole Ingress.',
        mend: [`${key}: "${examples[key] ?? 'serviceName=NAME COOKIE expires=1h path=/;serviceName=…'}"`],
        field: annotationField(key),
      })
  },
})

const sticky = ingressAnalyzer({
  by: nginxInc,
  codes: ['AFF-NGINC-SERVICE', 'AFF-NGINC-PLUS', 'AFF-NGINC-VERSION'],
  applies: ({ ingress }) => stickyAnnotation(annotationsOf(ingress)) !== undefined,
  analyse: ({ ingress, backends }, { store }, report) => {
    const { seen, isPlus } = editionOf(store)
    const found = stickyAnnotation(annotationsOf(ingress))
    if (found === undefined) return
    const field = annotationField(found.key)
    const { services } = parseStickyServices(found.value)
    const names = new Set(backends.map(({ to }) => to.name))
    for (const { service } of services) {
      if (names.has(service)) continue
      const meant = didYouMean(service, names)
      report('AFF-NGINC-SERVICE', {
        message: `serviceName=${service} is none of the Services of this Ingress${meant === undefined ? '' : `: did you mean ${meant}?`}`,
        why: 'A cookie is set for Services of the rules only.',
        mend: [
          names.size > 0
            ? `name one of ${[...names].join(', ')}`
            : 'write it on the Ingresses that have the paths, as those of mergeable-ingress-type: minion',
        ],
        field,
      })
    }
    // Both may be there: the one is read, and the other is refused all the same.
    if (plusStickyKey in annotationsOf(ingress) && isPlus !== true) {
      report('AFF-NGINC-PLUS', {
        message: `with open source NGINX${isPlus === false ? ', which runs here,' : ''} the controller refuses the whole Ingress because of ${plusStickyKey}`,
        why: `It is of NGINX Plus.${isPlus === false ? '' : ' Which of the two is running cannot be seen here.'}`,
        mend: [`with 5.4.0 or newer, use ${stickyKey}, which both take`],
        field: annotationField(plusStickyKey),
      })
    }
    const isRead = isAtLeastVersion(seen?.version, [5, 4])
    if (found.key === stickyKey && services.length > 0 && isRead !== true) {
      report('AFF-NGINC-VERSION', {
        message: `${stickyKey} takes NGINX Ingress Controller 5.4.0 or newer${isRead === false ? `, and ${seen?.text} runs here: it is ignored` : ''}`,
        why: 'Older ones do not know it; there NGINX Plus has nginx.com/sticky-cookie-services.',
        field,
      })
    }
  },
})

/** The same for both kinds that have upstreams. */
function ofRoutes(about: ObjectType<LooseObject>, name: 'routes' | 'subroutes'): Analyzer[] {
  const enabled = objectAnalyzer({
    about,
    codes: ['AFF-NGINC-NOT-ENABLED'],
    applies: (object) => upstreamsOf(object).some(({ value }) => at(value, 'sessionCookie') !== undefined),
    analyse: (object, _view, report) => {
      for (const { value, name: upstream, index } of upstreamsOf(object)) {
        const cookie = at(value, 'sessionCookie')
        // Who writes that it is off means it.
        if (cookie === undefined || at(cookie, 'enable') === false) continue
        if (upstreamPolicy(value).kind === 'cookie') continue
        const lacks = at(cookie, 'enable') === true ? 'has no name' : 'lacks enable: true'
        report('AFF-NGINC-NOT-ENABLED', {
          message: `the sessionCookie of upstream ${upstream} ${lacks}: no cookie is set`,
          why: 'It is off unless it is switched on, and needs a name.',
          mend: [
            ...(name === 'routes'
              ? [enabling(object, { cookie: text(record(cookie)['name']) ?? 'srv_id' })]
              : []),
            'sessionCookie: {enable: true, name: srv_id, path: /}',
          ],
          field: `spec.upstreams[${index}].sessionCookie`,
        })
      }
    },
  })
  const method = objectAnalyzer({
    about,
    codes: ['AFF-NGINC-SYNTAX'],
    analyse: (object, _view, report) => {
      for (const { value, index } of upstreamsOf(object)) {
        const given = text(at(value, 'lb-method')) ?? ''
        if (given === '' || isMethod(given)) continue
        report('AFF-NGINC-SYNTAX', {
          message: `there is no method "${given}"`,
          why: `The controller cannot read it, and refuses the whole ${object.kind}.`,
          mend: [`lb-method: ${examples[methodKey]}`],
          field: `spec.upstreams[${index}].lb-method`,
        })
      }
    },
  })
  const oneAddress = objectAnalyzer({
    about,
    codes: ['AFF-L7-ONE-ADDRESS'],
    analyse: (object, _view, report) => {
      for (const { value, name: upstream, service, index } of upstreamsOf(object)) {
        if (at(value, 'use-cluster-ip') !== true || sticks(upstreamPolicy(value)) !== true) continue
        report('AFF-L7-ONE-ADDRESS', {
          message: `upstream ${upstream} goes to the cluster IP of service/${service}: its own affinity keeps nobody on a pod`,
          why: 'NGINX sees one address and no pods: the Service proxy behind it picks, and takes the controller for the client.',
          mend: ['take use-cluster-ip away'],
          field: `spec.upstreams[${index}].use-cluster-ip`,
        })
      }
    },
  })
  const splits = objectAnalyzer({
    about,
    codes: ['AFF-NGINC-SPLITS'],
    applies: (object) => routesOf(object, name).some(({ passing }) => passing.some(isDrawn)),
    analyse: (object, _view, report) => {
      const cookies = new Set(
        upstreamsOf(object).flatMap((one) => (upstreamPolicy(one.value).kind === 'none' ? [] : [one.name])),
      )
      for (const { passing, field } of routesOf(object, name)) {
        if (!passing.some((one) => isDrawn(one) && cookies.has(one.upstream))) continue
        report('AFF-NGINC-SPLITS', {
          message: 'a split draws the upstream for each request, whatever cookie it brings',
          why: 'The cookie keeps clients among the pods of one upstream only; they move between the upstreams.',
          mend: ['tell versions apart by a cookie or a header, with matches'],
          field: `${field}.splits`,
        })
      }
    },
  })
  return [enabled, method, oneAddress, splits]
}

function isDrawn({ share }: { share?: number }): boolean {
  return share !== undefined && share > 0 && share < 1
}

export const analyzers: readonly Analyzer[] = [
  syntax,
  sticky,
  ...ofRoutes(virtualServers, 'routes'),
  ...ofRoutes(virtualServerRoutes, 'subroutes'),
]
