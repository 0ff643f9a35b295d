import type { Resource } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { gatewayClasses, gateways } from '../kit/objects/gateway-api.ts'
import { listAt, textAt } from '../kit/objects/loose.ts'

export const controllerName = 'gateway.envoyproxy.io/gatewayclass-controller'

/** Labels of the pods of a Gateway's Envoy begin so. */
export const owning = 'gateway.envoyproxy.io/owning-gateway-'

/** Whether a Gateway's class is one of Envoy Gateway. */
export function isOurs(store: ObjectStore, gateway: Resource): boolean {
  const of = store.find(gatewayClasses, undefined, textAt(gateway, 'spec', 'gatewayClassName') ?? '')
  return textAt(of, 'spec', 'controllerName') === controllerName
}

/** The Gateways of this controller that a route names and that take routes of its namespace. */
export function parentsOf(store: ObjectStore, route: Resource): { parentRef: object; gateway: Resource }[] {
  const own = route.metadata.namespace ?? ''
  return listAt(route, 'spec', 'parentRefs').flatMap((ref) => {
    const of = textAt(ref, 'namespace') ?? own
    const gateway = store.find(gateways, of, textAt(ref, 'name') ?? '')
    if (gateway === undefined || !isOurs(store, gateway)) return []
    const isOpen = listAt(gateway, 'spec', 'listeners').some(
      (one) => of === own || textAt(one, 'allowedRoutes', 'namespaces', 'from') === 'All',
    )
    return isOpen ? [{ parentRef: ref as object, gateway }] : []
  })
}
