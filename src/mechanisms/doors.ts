import type { Service } from '../model/cluster/kubernetes.ts'
import { keyOf, type ObjectType, refOf } from '../model/cluster/object.ts'
import { type Fact, type FactType, mapFact, type Store } from '../model/cluster/store.ts'
import { httpProxies } from './contour/objects.ts'
import { backendTrafficPolicies } from './envoy-gateway/objects.ts'
import { ingresses } from './ingress/objects.ts'
import { destinationRules } from './istio/objects.ts'
import { services } from './service/objects.ts'
import { ingressRoutes, traefikServices } from './traefik/objects.ts'
import { distinctBy } from '../model/common/values.ts'

/** The words by which what stands in front hashes the address of a client. */
const hashesAddress = /remote_addr|[uU]seSourceIp|hashSourceIP|"SourceIP"|"hrw"|highestRandomWeight/

/**
 * The Services by which proxies are reached from outside. They matter where one of them hashes the address of its clients,
 * which such a Service may hide.
 */
export const doors: ObjectType<Service> = {
  ...services,
  within: 'everywhere',
  fields: 'spec.type!=ClusterIP',
  isOfCluster: true,
  beside: [
    ingresses,
    destinationRules,
    backendTrafficPolicies,
    httpProxies,
    ...ingressRoutes,
    ...traefikServices,
  ],
  besideIf: (object) => hashesAddress.test(JSON.stringify(object)),
}

/** Those that are seen, with a load balancer or node ports. */
export function doorsIn(store: Store): Fact<readonly Service[]> {
  return store.fact(seenDoors)
}

const seenDoors: FactType<readonly Service[]> = {
  name: 'doors',
  what: 'the Services of proxies',
  derive: (store) =>
    mapFact(store.list(doors), (found) => {
      const targets = store.list(services)
      const all = [...found, ...(targets.known ? targets.value : [])]
      const outside = all.filter(({ spec }) => spec.type === 'LoadBalancer' || spec.type === 'NodePort')
      return distinctBy(outside, (one) => keyOf(refOf(one)))
    }),
}

/** Whether the pods behind it see a node in the place of a client. */
export function hidesClients({ spec }: Service): boolean {
  return spec.externalTrafficPolicy !== 'Local'
}
