import type { View } from '../mechanisms/analyzer.ts'
import { subjectOf } from '../mechanisms/service/analyzer.ts'
import { reachWords, wantedReach } from '../mechanisms/service/endpoints/candidates.ts'
import { countedEndpoints, outsideEndpoints } from '../mechanisms/service/endpoints/endpoints.ts'
import { inputs } from '../mechanisms/service/facts.ts'
import { type Semantics, semanticsOf } from '../mechanisms/service/proxies/semantics.ts'
import type { EndpointCount, OutsideEndpoint } from '../model/findings/explanation.ts'
import type { Service } from '../model/cluster/kubernetes.ts'
import type { ServicePolicy } from '../model/affinity/policy.ts'

/** What is said of a Service beside its ways and findings. */
export interface ExplainedService {
  object: Service
  policy: ServicePolicy
  /** Which of the pods a client inside gets, after "any pod"; absent where that are all. */
  reach?: string
  /** What the policy means on the proxy of this cluster; absent where that is not known. */
  semantics?: Semantics
  endpoints?: EndpointCount
  /** The endpoints one by one, where they are outside the cluster: a Service without selector. */
  outside?: readonly OutsideEndpoint[]
}

/** The target as a Service; undefined where it is none. */
export function explainService(view: View): ExplainedService | undefined {
  const subject = subjectOf(view)
  if (subject === undefined) return undefined
  const slices = view.store.fact(inputs.slices)
  const proxy = view.store.fact(inputs.proxy)
  const endpoints = countedEndpoints(subject, slices, view.store.fact(inputs.listed))
  const outside = outsideEndpoints(subject, slices)
  const reach = wantedReach(subject.service, 'inside')
  return {
    ...(reach === 'all' ? {} : { reach: reachWords[reach] }),
    object: subject.service,
    policy: subject.policy,
    ...(proxy.known ? { semantics: semanticsOf(proxy.value) } : {}),
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(outside.length === 0 ? {} : { outside }),
  }
}
