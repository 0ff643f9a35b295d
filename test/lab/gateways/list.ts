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
} satisfies Record<string, Gateway>

export type GatewayName = keyof typeof gateways

/** Whether the lab knows a gateway of this name. */
export const isGatewayName = (name: string): name is GatewayName => Object.hasOwn(gateways, name)

/** The gateway of a name. */
export const gatewayOf = (name: GatewayName): Gateway => gateways[name]
