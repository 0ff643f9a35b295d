import type { ObjectType } from '../model/object.ts'
import { anyKind, type TargetKind } from '../model/target.ts'
import { gatewayApi } from './gateway-api/index.ts'
import { ingress } from './ingress/index.ts'
import { istio } from './istio/index.ts'
import type { Mechanism } from './mechanism.ts'
import { service } from './service/index.ts'
import { serviceKind } from './service/objects.ts'
import { traefik } from './traefik/index.ts'

/** Every mechanism; ways are shown in this order, and what a mechanism draws in front of a Service stands before its own. */
export const mechanisms: readonly Mechanism[] = [ingress, gatewayApi, istio, traefik, service]

/** The custom resources that they read. */
export const frontResources: readonly ObjectType[] = mechanisms
  .flatMap(({ routes, reads = [] }) => [...routes, ...reads])
  .filter(({ isCustom }) => isCustom === true)

/** What a user can name; a bare name is a Service. */
export const targetKinds: readonly [TargetKind, ...TargetKind[]] = [
  anyKind(serviceKind),
  ...mechanisms.filter((one) => one !== service).flatMap(({ targets = [] }) => targets),
]
