import { contour } from './contour/index.ts'
import { envoyGateway } from './envoy-gateway/index.ts'
import { ingressNginx } from './ingress-nginx/index.ts'
import { istio } from './istio/index.ts'
import type { Gateway } from './support/gateway.ts'
import { traefik } from './traefik/index.ts'

/** The gateways that the lab can have, by their names in `up --with`. */
export const gateways = {
  istio,
  'ingress-nginx': ingressNginx,
  traefik,
  'envoy-gateway': envoyGateway,
  contour,
} satisfies Record<string, Gateway>

export type GatewayName = keyof typeof gateways

/** Whether the lab knows a gateway of this name. */
export const isGatewayName = (name: string): name is GatewayName => Object.hasOwn(gateways, name)

/** The gateway of a name. */
export const gatewayOf = (name: GatewayName): Gateway => gateways[name]

/** The Deployments of a gateway, as kubectl's words: the one that reads the objects is among them. */
export const deploymentsOf = (name: GatewayName): string[][] =>
  gatewayOf(name).deployments.map((deployment) => [
    `deployment/${deployment}`,
    '-n',
    gatewayOf(name).namespace,
  ])

/** The address of each gateway of a lab with this state that is there as a whole. */
export const gatewayAddresses = (present: Partial<Record<GatewayName, string>>): Map<GatewayName, string> =>
  new Map(
    Object.entries(present).flatMap(([name, key]) =>
      isGatewayName(name) && key !== '' ? [[name, gatewayOf(name).address]] : [],
    ),
  )

/** Whether one of these gateways reads the Gateway API, and its kinds are there therefore. */
export const readsGatewayApi = (names: Iterable<GatewayName>): boolean =>
  [...names].some((name) => gatewayOf(name).readsGatewayApi)
