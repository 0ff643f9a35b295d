import type { Store } from '../../model/cluster/store.ts'
import { type Program, programsFact, programsIn, workloadsWith } from '../kit/programs/workloads.ts'
import { ingressRoutes, ingressRouteTcps } from '../traefik/objects.ts'
import { ingresses } from './objects.ts'

/** The programs of Ingress controllers that run here, as the charts of those name them whose version or arguments matter. */
export const ingressPrograms = programsFact(
  'the controllers of Ingresses',
  workloadsWith(
    'app.kubernetes.io/name in (ingress-nginx,rke2-ingress-nginx,kubernetes-ingress,nginx-ingress,traefik,kong,controller,gateway)',
    { beside: [ingresses, ...ingressRoutes, ...ingressRouteTcps] },
  ),
)

/** Those of them with one of these images; none where nothing is seen. */
export function runningOf(images: readonly string[], store: Store): readonly Program[] {
  return programsIn(ingressPrograms, images, store)
}
