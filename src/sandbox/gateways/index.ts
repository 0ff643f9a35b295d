import { type GatewayName, gatewayNames } from '../choices.ts'
import type { AddressPlan } from '../network/address-plan.ts'
import { builtInTypes, type ResourceType } from '../objects/resource.ts'
import type { Container, ContainerOptions } from '../pods/container.ts'
import type { ObjectStore } from '../objects/store.ts'
import { envoyGateway } from './envoy-gateway/index.ts'
import { ingressNginx } from './ingress-nginx/index.ts'
import { istio } from './istio/index.ts'
import type { Gateway, Installed } from './kit/gateway.ts'
import { type Router, startProxy } from './kit/proxy.ts'
import { traefik } from './traefik/index.ts'
import { defined } from '../../model/common/values.ts'

const gateways: Readonly<Record<GatewayName, Gateway>> = {
  'ingress-nginx': ingressNginx,
  traefik,
  istio,
  'envoy-gateway': envoyGateway,
}

/** All that a sandbox with these gateways serves. */
export function typesWith(names: readonly GatewayName[]): readonly ResourceType[] {
  return [...new Set([...builtInTypes, ...names.flatMap((name) => gateways[name].types)])]
}

/** The address of a gateway's Service. */
export const gatewayAddress = (plan: AddressPlan, name: GatewayName): string =>
  plan.loadBalancer(firstAddress + gatewayNames.indexOf(name))

const firstAddress = 101
const firstOther = 150

/** Puts gateways into a cluster and keeps them going. Returns what ends them. */
export function runGateways(
  names: readonly GatewayName[],
  { store, plan, install }: { store: ObjectStore; plan: AddressPlan; install: (object: Installed) => void },
): () => void {
  let others = 0
  const ends = names.map((name) => {
    const address = gatewayAddress(plan, name)
    const { objects, run } = gateways[name]
    for (const object of objects(address)) install(object)
    return run?.(store, { address, another: () => plan.loadBalancer(firstOther + others++), install })
  })
  return () => {
    for (const end of ends) end?.()
  }
}

/** What a pod of a gateway does with requests. */
export const routerOf = (
  name: GatewayName,
  store: ObjectStore,
  pod: { namespace: string; name: string },
): Router => gateways[name].router(store, pod)

/** What runs in pods of gateways, by the image; undefined for every other pod. */
export function proxyIn(
  names: readonly GatewayName[],
  store: ObjectStore,
  options: ContainerOptions,
): Container | undefined {
  const { image, namespace, pod } = options
  const found = names.find((name) => gateways[name].image === image)
  if (found === undefined) return undefined
  const router = routerOf(found, store, { namespace, name: pod })
  const { isBilingual = false, certificate: certificateOf } = gateways[found]
  const certificate = certificateOf?.(store, { namespace, name: pod })
  return startProxy(options, defined({ router, isBilingual, certificate }))
}
