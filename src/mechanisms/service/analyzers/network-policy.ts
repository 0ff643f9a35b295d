import { hasSelector, isProxied, serviceAnalyzer } from '../analyzer.ts'
import { matches } from '../../kit/objects/targeting.ts'
import { selects } from '../endpoints/selector.ts'

interface PolicySpec {
  podSelector?: unknown
  policyTypes?: string[]
  ingress?: { from?: unknown[] }[] | null
}

/**
 * NetworkPolicies that select the Service's pods (or the selector's labels, where no pod is known) and do not let
 * everyone in. Whether they let a probe in depends on labels it cannot know: it is named as a possibility.
 */
export const networkPolicy = serviceAnalyzer({
  codes: ['AFF-SVC-NETWORK-POLICY'],
  inputs: ['networkPolicies', 'pods'],
  applies: (subject) => isProxied(subject) && hasSelector(subject),
  analyse: ({ service, ref }, { networkPolicies, pods }, report) => {
    const { selector = {} } = service.spec
    const labels = pods
      .filter((pod) => selects(selector, pod.metadata.labels))
      .map((pod) => pod.metadata.labels)
    const named = networkPolicies.filter((policy) => {
      const spec = (policy.spec ?? {}) as PolicySpec
      const restricts = spec.policyTypes === undefined || spec.policyTypes.includes('Ingress')
      if (!restricts || letsEveryoneIn(spec)) return false
      return (labels.length > 0 ? labels : [selector]).some((set) => matches(spec.podSelector, set))
    })
    if (named.length === 0) return
    const names = named.map((policy) => policy.metadata.name)
    report('AFF-SVC-NETWORK-POLICY', {
      message: `${names.length === 1 ? 'a NetworkPolicy restricts' : `${names.length} NetworkPolicies restrict`} who may reach the pods: ${names.join(', ')}`,
      why: 'A probe runs in a pod of its own in this namespace; unless a policy lets it in, its requests time out.',
      mend: [
        {
          deed: {
            kind: 'run',
            command: `kubectl describe networkpolicy ${names[0] ?? ''} -n ${ref.namespace}`,
          },
        },
      ],
      objects: named.map(({ metadata }) => ({
        kind: 'NetworkPolicy',
        group: 'networking.k8s.io',
        namespace: ref.namespace,
        name: metadata.name,
      })),
    })
  },
})

/** A rule without `from` (or an empty one) and for all ports lets everyone in. */
function letsEveryoneIn({ ingress }: PolicySpec): boolean {
  return (ingress ?? []).some((rule) => (rule.from ?? []).length === 0 && !('ports' in rule))
}
