import type { Code } from '../../../model/findings/code.ts'
import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { objectName } from '../../../model/findings/finding.ts'
import {
  type Analyzer,
  analyzer,
  type FindingDraft,
  type Report,
  reportAbout,
  type View,
} from '../../analyzer.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { type Balancer, balancersIn, type Member, ownPolicy } from '../balancers/balance.ts'
import { arrivalIn } from '../balancers/legs.ts'
import { optionOf } from '../options.ts'
import { ingressRoutes, oldGroup, traefikServices } from '../objects.ts'

export interface Balancing {
  object: LooseObject
  balancer: Balancer
}

/** The routes and TraefikServices that matter for the target. */
export const balancersOf = onceFor((view: View): readonly Balancing[] =>
  [...ingressRoutes, ...traefikServices]
    .flatMap((type) => view.objects(type))
    .flatMap((object) => balancersIn(object).map((balancer) => ({ object, balancer }))),
)

/** An analyzer of each of these. A finding is about the object that holds it. */
function balancerAnalyzer(
  code: Code,
  applies: (balancer: Balancer) => boolean,
  analyse: (one: Balancing, say: (draft: FindingDraft) => void, view: View) => void,
): Analyzer {
  return analyzer({
    codes: [code],
    applies: (view) => balancersOf(view).some(({ balancer }) => applies(balancer)),
    analyse: (view, report) => {
      for (const one of balancersOf(view)) {
        const about = reportAbout(report, refOf(one.object))
        if (applies(one.balancer)) analyse(one, (draft) => about(code, draft), view)
      }
    },
  })
}

const isSticky = ({ cookie, strategy }: Member): boolean => cookie !== undefined && strategy !== 'hrw'

export const draws = balancerAnalyzer(
  'AFF-TRA-DRAWS-SERVICE',
  ({ members }) => members.length > 1 && members.some(isSticky),
  ({ object, balancer: { members, first } }, say) => {
    if (first.kind !== 'none') return
    const isRoute = object.kind === 'IngressRoute'
    for (const { to, field } of members.filter(isSticky)) {
      say({
        message: `the cookie of ${to.name} comes too late: one of ${members.length} Services is drawn for every request before it`,
        why: isRoute
          ? 'Traefik balances the Services of a route first, and an IngressRoute cannot make that sticky.'
          : 'Traefik balances the Services first, and weighted has no sticky cookie.',
        mend: isRoute
          ? [
              'make a TraefikService with weighted.sticky.cookie and sticky.cookie on each of its services, and lead the route to it',
            ]
          : ['add weighted.sticky.cookie, with a name of its own'],
        field: `${field}.sticky`,
      })
    }
  },
)

export const levelOnly = balancerAnalyzer(
  'AFF-TRA-SERVICE-LEVEL-ONLY',
  ({ cookie, members }) => cookie !== undefined && members.some((one) => one.kind === 'Service'),
  ({ balancer: { members } }, say) => {
    for (const { to, field } of members.filter(
      (one) => one.kind === 'Service' && ownPolicy(one).kind === 'none',
    )) {
      say({
        message: `the cookie of weighted keeps clients on ${to.name}, and on no pod of it`,
        why: 'The Service and its pod are two stages, each with a cookie of its own.',
        mend: ['add sticky.cookie to the service, with another name'],
        field,
      })
    }
  },
)

export const hashFirst = balancerAnalyzer(
  'AFF-TRA-HASH-BEFORE-COOKIE',
  ({ members }) => members.some(({ cookie }) => cookie !== undefined),
  ({ balancer: { members } }, say) => {
    for (const { to, field } of members.filter((one) => one.strategy === 'hrw' && one.cookie !== undefined)) {
      say({
        message: `the sticky cookie of ${to.name} is ignored: strategy hrw picks by the address of the client`,
        why: 'It sees the address of whoever connects to Traefik. Behind a load balancer that hides clients, that is a node or a proxy.',
        mend: ['leave strategy out to keep clients by the cookie'],
        field: `${field}.sticky`,
      })
    }
  },
)

export const oneServer = balancerAnalyzer(
  'AFF-TRA-ONE-SERVER',
  ({ members }) => members.some(isSticky),
  ({ balancer: { members } }, say, { store }) => {
    for (const member of members.filter(isSticky)) {
      const { to, field, isNativeSaid } = member
      const arrival = arrivalIn(member, store)
      if (arrival === 'pods') continue
      const isOne = arrival === 'cluster-ip'
      const isByDefault = isOne && !isNativeSaid
      say({
        message: `${isByDefault ? 'nativeLBByDefault' : isOne ? 'nativeLB' : 'nodePortLB'} sends to ${isOne ? 'the cluster IP' : 'nodes'} of ${to.name}: the cookie keeps nobody on a pod`,
        why: 'The Service proxy behind it picks the pod, and its clients are the addresses of Traefik.',
        mend: [
          isByDefault
            ? 'add nativeLB: false to the service: Traefik then goes to the pods'
            : `take ${isOne ? 'nativeLB' : 'nodePortLB'} away: Traefik then goes to the pods`,
        ],
        field: isByDefault ? `${field}.sticky` : `${field}.${isOne ? 'nativeLB' : 'nodePortLB'}`,
      })
    }
  },
)

export const crossing = analyzer({
  codes: ['AFF-TRA-CROSS-NAMESPACE'],
  applies: (view) => balancersOf(view).some(({ balancer }) => balancer.foreign !== undefined),
  analyse: (view, report: Report) => {
    const isAllowed = optionOf('allowCrossNamespace', view.store)
    if (isAllowed === undefined) {
      const reason = view.source === 'files' ? 'not-in-files' : 'not-known'
      return report.cannot('AFF-TRA-CROSS-NAMESPACE', { what: 'the arguments of Traefik', reason })
    }
    for (const { object, balancer } of isAllowed ? [] : balancersOf(view)) {
      if (balancer.foreign === undefined) continue
      const { what, field } = balancer.foreign
      reportAbout(report, refOf(object))('AFF-TRA-CROSS-NAMESPACE', {
        message: `${what} is of another namespace, and Traefik runs without allowCrossNamespace`,
        why: 'It then refuses the whole route or TraefikService and says so in its log only: clients get 404, or 503 where a route leads to it.',
        mend: [
          'name what is of the same namespace',
          'let Traefik run with --providers.kubernetescrd.allowCrossNamespace=true',
        ],
        field,
      })
    }
  },
})

export const old = analyzer({
  codes: ['AFF-TRA-OLD-GROUP'],
  applies: (view) => [...ingressRoutes, ...traefikServices].some((type) => view.objects(type).length > 0),
  analyse: (view, report) => {
    const types = [...ingressRoutes, ...traefikServices].filter(({ group }) => group === oldGroup)
    for (const object of types.flatMap((type) => view.objects(type))) {
      const ref = refOf(object)
      report('AFF-TRA-OLD-GROUP', {
        message: `${objectName(ref)} is of the group ${oldGroup}, which Traefik 3 does not read`,
        why: 'The group was renamed in 2.10 and is gone in 3.0: the object has no effect there.',
        mend: ['apiVersion: traefik.io/v1alpha1'],
        objects: [ref],
        at: { object: ref, field: 'apiVersion' },
      })
    }
  },
})
