import { isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'
import { commandFor, serviceTarget } from '../../../targets/command.ts'

/** What cloud controllers write when they cannot do it (k8s.io/cloud-provider-aws: "unsupported load balancer affinity"). */
const refusal = /unsupported load ?balancer affinity|session ?affinity .*not supported/i

export const loadBalancerRefused = serviceAnalyzer({
  codes: ['AFF-SVC-LB-REFUSED'],
  inputs: ['events'],
  applies: (subject) =>
    isProxied(subject) && isSticky(subject) && subject.service.spec.type === 'LoadBalancer',
  analyse: ({ ref }, { events }, report) => {
    const event = events.find(({ message }) => refusal.test(message))
    if (event === undefined) return
    report('AFF-SVC-LB-REFUSED', {
      message: `the load balancer's controller refuses: ${event.message}`,
      why: 'Such a Service gets no load balancer at all as long as sessionAffinity is ClientIP.',
      mend: [
        "set affinity by the provider's annotations instead of sessionAffinity",
        commandFor('disable', serviceTarget(ref)),
      ],
      field: 'spec.sessionAffinity',
    })
  },
})

/** Load balancers that keep clients but by a time of their own; by `spec.loadBalancerClass`. KubeLB: kubermatic/kubelb PR 435. */
const ownTimeouts: Readonly<Record<string, string>> = { kubelb: 'KubeLB' }

export const loadBalancerTimeout = serviceAnalyzer({
  codes: ['AFF-SVC-LB-IGNORES-TIMEOUT'],
  inputs: [],
  applies: (subject) => isProxied(subject) && isSticky(subject),
  analyse: ({ service }, _inputs, report) => {
    const { type, loadBalancerClass } = service.spec
    const name = ownTimeouts[loadBalancerClass ?? '']
    if (type !== 'LoadBalancer' || name === undefined) return
    report('AFF-SVC-LB-IGNORES-TIMEOUT', {
      message: `${name} keeps clients by their address, but not for timeoutSeconds`,
      why: 'From outside, how long a client stays is up to the load balancer; the timeout counts for traffic inside only.',
      mend: [`configure the time at ${name}`],
      field: 'spec.loadBalancerClass',
    })
  },
})
