import { listName, type ObjectType } from '../model/cluster/object.ts'
import { anyKind, type TargetKind } from '../model/affinity/target.ts'
import { apisixMechanism } from './apisix/index.ts'
import { aws } from './aws/index.ts'
import { azure } from './azure/index.ts'
import { doors } from './doors.ts'
import { cilium } from './cilium/index.ts'
import { emissary } from './emissary/index.ts'
import { contour } from './contour/index.ts'
import { envoyGateway } from './envoy-gateway/index.ts'
import { gatewayApi } from './gateway-api/index.ts'
import { gkeMechanism } from './gke/index.ts'
import { haproxy } from './haproxy/index.ts'
import { ingress } from './ingress/index.ts'
import { ingressNginx } from './ingress-nginx/index.ts'
import { istio } from './istio/index.ts'
import { kgateway } from './kgateway/index.ts'
import { kongMechanism } from './kong/index.ts'
import type { Mechanism } from './mechanism.ts'
import { nginxIncMechanism } from './nginx-inc/index.ts'
import { service } from './service/index.ts'
import { serviceKind, services } from './service/objects.ts'
import { skipperMechanism } from './skipper/index.ts'
import { traefik } from './traefik/index.ts'
import { distinctBy } from '../model/common/values.ts'

/** Every mechanism; ways are shown in this order, and what a mechanism draws in front of a Service stands before its own. */
export const mechanisms: readonly Mechanism[] = [
  ingress,
  ingressNginx,
  nginxIncMechanism,
  haproxy,
  kongMechanism,
  aws,
  gkeMechanism,
  azure,
  gatewayApi,
  emissary,
  apisixMechanism,
  skipperMechanism,
  kgateway,
  envoyGateway,
  istio,
  traefik,
  contour,
  cilium,
  service,
]

/** Types of what stands in front of Services, but for Ingresses. */
export const routeTypes: readonly ObjectType[] = mechanisms
  .flatMap(({ routes }) => routes)
  .filter(({ isCustom }) => isCustom === true)

/** All types that are read beside Services and their endpoints, each once: as the last mechanism has it, which may know of more ways. */
export const objectTypes: readonly ObjectType[] = distinctBy(
  [
    doors,
    ...mechanisms.flatMap(({ routes, reads = [] }) => [
      ...routes,
      ...reads.flatMap((one) => ('resource' in one ? [one] : (one.reads ?? []))),
    ]),
  ],
  listName,
).filter((type) => listName(type) !== listName(services))

/** What a user can name; a bare name is a Service. */
export const targetKinds: readonly [TargetKind, ...TargetKind[]] = [
  anyKind(serviceKind),
  ...mechanisms.filter((one) => one !== service).flatMap(({ targets = [] }) => targets),
]
