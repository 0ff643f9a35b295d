import type { Service } from '../model/kubernetes.ts'
import type { Front, FrontContext, Mechanism, Resource } from './front.ts'
import { gatewayApi } from './gateway-api/index.ts'
import { ingress } from './ingress/index.ts'
import { istio } from './istio/index.ts'
import { traefik } from './traefik/index.ts'

/** Every mechanism that can stand in front of a Service. */
const mechanisms: readonly Mechanism[] = [ingress, gatewayApi, istio, traefik]

/** The custom resources that they read. */
export const frontResources: readonly Resource[] = mechanisms.flatMap(({ resources }) => resources)

/** What stands in front of the Service, in the order of the objects. */
export function frontsOf(service: Service, context: FrontContext): Front[] {
  return context.objects.flatMap((object) =>
    mechanisms.flatMap((mechanism) => mechanism.fronts(object, service, context)),
  )
}
