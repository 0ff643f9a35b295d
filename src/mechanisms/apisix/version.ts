import type { Store } from '../../model/cluster/store.ts'
import { isSince, programsFact, programsIn, workloadsWith } from '../kit/programs/workloads.ts'
import { apisixRoutes, apisixUpstreams } from './objects.ts'

/** What runs of the controller, as its chart labels it since 1.0. */
export const apisixPrograms = programsFact(
  'what runs of the APISIX Ingress controller',
  workloadsWith('app.kubernetes.io/name in (apisix-ingress-controller,ingress-controller)', {
    beside: [apisixRoutes, apisixUpstreams],
  }),
)

/**
 * Whether it is 2.0 or later, which reads no settings of ports, and no ApisixUpstream for an Ingress
 * (internal/adc/translator; before that pkg/providers/translation). Undefined where nobody can tell.
 */
export function isSince2(store: Store): boolean | undefined {
  return isSince([2, 0], programsIn(apisixPrograms, ['apisix-ingress-controller'], store))
}
