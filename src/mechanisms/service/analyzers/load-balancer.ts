import type { Fact, Unknown } from '../../../model/cluster/store.ts'
import type { Path } from '../../../model/affinity/leg.ts'
import { sticks } from '../../../model/affinity/policy.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import { inputs } from '../facts.ts'
import { keyOf } from '../../../model/cluster/object.ts'
import { analyzer, type Report, type View } from '../../analyzer.ts'
import { isProxied, isSticky, type Subject, serviceAnalyzer, subjectOf } from '../analyzer.ts'
import type { Provider } from '../balancers/provider.ts'

/** What cloud controllers write when they cannot do it: AWS, "unsupported load balancer affinity"; OCI, "only supports SessionAffinity". */
const refusal =
  /unsupported (load ?balancer|session|service) ?affinity|session ?affinity .*not supported|only supports session ?affinity/i

const isBalanced = (subject: Subject): boolean =>
  isProxied(subject) && subject.service.spec.type === 'LoadBalancer'
const applies = (subject: Subject): boolean => isBalanced(subject) && isSticky(subject)
/** A refusal does not care how many pods there are. */
const isAsked = (subject: Subject): boolean => isBalanced(subject) && subject.policy.kind === 'client-ip'

const byCookie = 'let an Ingress or a gateway keep clients, by a cookie'

/** By what its controller has written. */
export const loadBalancerRefused = serviceAnalyzer({
  codes: ['AFF-SVC-LB-REFUSED'],
  inputs: ['events', 'balancer'],
  applies: isAsked,
  analyse: (subject, { events, balancer }, report) => {
    const event = events.find(({ message }) => refusal.test(message))
    if (event === undefined) return
    refuse(subject, `the load balancer's controller refuses: ${event.message}`, balancer, report)
  },
})

/** By who its controller is, whether it has written or not. */
export const loadBalancerRefuses = serviceAnalyzer({
  codes: ['AFF-SVC-LB-REFUSED'],
  inputs: ['balancer'],
  hints: ['events'],
  applies: isAsked,
  analyse: (subject, { balancer: provider, events }, report) => {
    if (provider?.affinity !== 'refuses') return
    // It is said already, in its own words.
    if (events.known && events.value.some(({ message }) => refusal.test(message))) return
    refuse(
      subject,
      `the cloud controller of the ${provider.name} refuses sessionAffinity ClientIP`,
      provider,
      report,
    )
  },
})

function refuse(
  { service, ref }: Subject,
  message: string,
  provider: Provider | undefined,
  report: Report<'AFF-SVC-LB-REFUSED'>,
): void {
  report('AFF-SVC-LB-REFUSED', {
    message,
    why: hasAddress(service)
      ? 'Its load balancer goes on as it was made, but no change reaches it any more as long as sessionAffinity is ClientIP: no new node, port or annotation.'
      : `Such a Service gets no load balancer as long as sessionAffinity is ClientIP${isNew(service) ? unlessOf(provider) : ''}.`,
    mend: [
      ...(provider === undefined
        ? ["set affinity by the provider's annotations instead of sessionAffinity"]
        : ownWords(provider, service)),
      ...(provider !== undefined && provider.own === undefined ? [byCookie] : []),
      { deed: { kind: 'affinity', of: ref, to: 'off' } },
    ],
    field: 'spec.sessionAffinity',
  })
}

/** Of a file: no server has seen it. */
const isNew = ({ metadata }: Service): boolean => metadata.uid === undefined

const unlessOf = (provider: Provider | undefined): string =>
  provider?.unless === undefined ? '' : `, unless ${provider.unless}`

/** Its own stickiness, where it has one and it is off. */
function ownWords(provider: Provider, service: Service): string[] {
  return provider.own === undefined || provider.keptBy?.(service) !== undefined
    ? []
    : [`use its own stickiness: ${provider.own}`]
}

function hasAddress({ status }: Service): boolean {
  return (status?.loadBalancer?.ingress ?? []).length > 0
}

function appliesTo(view: View): boolean {
  const subject = subjectOf(view)
  return subject !== undefined && applies(subject)
}

/** What would have to be known; files do not tell the nodes' cloud. */
function maker(cloud: Fact<string>): Unknown {
  return cloud.known ? { what: 'what the load balancer does', reason: 'not-known' } : cloud.why
}

/** Load balancers that keep clients but by a time of their own. */
export const loadBalancerTimeout = serviceAnalyzer({
  codes: ['AFF-SVC-LB-IGNORES-TIMEOUT'],
  inputs: ['balancer'],
  hints: ['cloud'],
  applies,
  analyse: (_, { balancer: provider, cloud }, report) => {
    if (provider === undefined) return report.cannot('AFF-SVC-LB-IGNORES-TIMEOUT', maker(cloud))
    if (provider.ownTime !== true) return
    report('AFF-SVC-LB-IGNORES-TIMEOUT', {
      message: `${provider.name} keeps clients by their address, but not for timeoutSeconds`,
      why: 'From outside, how long a client stays is up to the load balancer; the timeout counts for traffic inside only.',
      mend: [`configure the time at ${provider.name}`],
      field: 'spec.loadBalancerClass',
    })
  },
})

/** Load balancers that pick a node for each connection. */
export const loadBalancerSpreads = analyzer({
  codes: ['AFF-SVC-LB-SPREADS-NODES'],
  applies: appliesTo,
  analyse: ({ paths, store, target }, report) => {
    const service = target.object as Service
    const balancer = store.fact(inputs.balancer)
    const provider = balancer.known ? balancer.value : undefined
    // Nobody picks a node there.
    if (provider?.to === 'pods' || provider?.to === 'cluster-ip') return
    // What it refuses it does not serve.
    if (provider?.affinity === 'refuses' && !hasAddress(service)) return
    if (balancerHops(paths, target).some(({ policy }) => sticks(policy) === true)) return
    const isSure = provider?.affinity === 'ignores' && provider.keeps === undefined
    const name = provider?.name ?? 'the load balancer'
    report('AFF-SVC-LB-SPREADS-NODES', {
      message: isSure
        ? `${name} does not read sessionAffinity and picks a node for each connection`
        : `whether ${name} keeps a client on one node is not known`,
      why: 'Each node picks a pod by itself: unless a client always comes to the same node, the Service keeps it on one pod per node only.',
      mend: [
        provider?.own === undefined
          ? 'switch on affinity by source address at the load balancer'
          : `switch on its own stickiness: ${provider.own}`,
      ],
      field: 'spec.type',
    })
  },
})

/** The load balancers of a Service on its own ways: another one may stand before an Ingress. */
function balancerHops(paths: readonly Path[], { ref }: View['target']): Path['hops'] {
  return paths
    .filter(({ entry }) => keyOf(entry.of) === keyOf(ref))
    .flatMap(({ hops }) => hops)
    .filter(({ kind }) => kind === 'load-balancer')
}

/** Load balancers that connect with addresses of their own. */
export const loadBalancerHides = serviceAnalyzer({
  codes: ['AFF-SVC-LB-HIDES-CLIENTS'],
  inputs: ['balancer'],
  hints: ['cloud'],
  applies,
  analyse: ({ service }, { balancer: provider, cloud }, report) => {
    if (provider === undefined || provider.client === 'unknown')
      return report.cannot('AFF-SVC-LB-HIDES-CLIENTS', maker(cloud))
    if (provider.client !== 'hidden') return
    report('AFF-SVC-LB-HIDES-CLIENTS', {
      message: `the ${provider.name} connects with its own addresses: to sessionAffinity all clients are one`,
      why: 'It is a proxy, so that the nodes never see who is behind it: everybody who comes through it is held on one pod of a node, as long as anybody connects.',
      mend: [...ownWords(provider, service), byCookie],
      field: 'spec.sessionAffinity',
    })
  },
})

/** Load balancers that go to the pods, past every Service proxy. */
export const loadBalancerBypasses = analyzer({
  codes: ['AFF-SVC-LB-BYPASSES'],
  applies: appliesTo,
  analyse: ({ paths, store, target }, report) => {
    const balancer = store.fact(inputs.balancer)
    const provider = balancer.known ? balancer.value : undefined
    if (provider === undefined || provider.to === 'unknown')
      return report.cannot('AFF-SVC-LB-BYPASSES', maker(store.fact(inputs.cloud)))
    const hop = balancerHops(paths, target).find(({ arrival }) => arrival === 'pods')
    if (hop === undefined || sticks(hop.policy) === true) return
    report('AFF-SVC-LB-BYPASSES', {
      message: `the ${hop.mechanism} goes to the pods directly: sessionAffinity plays no part there`,
      why: 'It picks a pod for each connection by its own rules; the Service keeps clients from inside the cluster only.',
      mend: ownWords(provider, target.object as Service),
      field: 'spec.sessionAffinity',
    })
  },
})
