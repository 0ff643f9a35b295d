import { keyOf, type LooseObject, refTo } from '../../../model/cluster/object.ts'
import type { ObjectRef } from '../../../model/findings/finding.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, list, record, strings, text } from '../../kit/objects/loose.ts'
import { byAge } from '../../kit/objects/age.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { common } from './hosts.ts'
import { istioGateways } from '../objects.ts'

/** A gateway as a VirtualService names it. */
export function gatewayRef(name: string, { metadata }: LooseObject): ObjectRef {
  const [first = '', second] = name.split('/')
  const namespace = second === undefined ? (metadata.namespace ?? '') : first
  return refTo(istioGateways, { namespace, name: second ?? first })
}

/** What a server of a gateway does with what it gets. */
export type ServerKind = 'http' | 'tls' | 'tcp'

export interface GatewayServer {
  index: number
  kind: ServerKind
  port: number
  /** Without namespaces. */
  hosts: readonly string[]
}

/** The servers of a gateway that take routes of a namespace. */
export function serversOf(gateway: LooseObject, namespace: string): GatewayServer[] {
  return list(at(gateway.spec, 'servers')).map((server, index): GatewayServer => {
    const hosts = strings(record(server)['hosts']).flatMap((host) => {
      const [of = '', name] = host.split('/')
      if (name === undefined) return [of]
      const isTaken =
        of === '*' || of === namespace || (of === '.' && namespace === gateway.metadata.namespace)
      return isTaken ? [name] : []
    })
    const port = at(server, 'port.number')
    return { index, kind: kindOf(server), port: typeof port === 'number' ? port : 0, hosts }
  })
}

/** Connections whose TLS the gateway does not end show it a name and nothing else. */
function kindOf(server: unknown): ServerKind {
  const protocol = (text(at(server, 'port.protocol')) ?? '').toUpperCase()
  const mode = text(at(server, 'tls.mode'))
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') return 'tls'
  if (protocol === 'TLS' || protocol === 'TCP' || protocol === 'MONGO') return 'tcp'
  return 'http'
}

/** Where a gateway takes a host of a VirtualService: with which name, and on which port. */
export function takenBy(
  gateway: LooseObject,
  virtualService: LooseObject,
  host: string,
  kind: ServerKind,
): { host: string; port: number; server: number }[] {
  return serversOf(gateway, virtualService.metadata.namespace ?? '')
    .filter((server) => server.kind === kind || (kind === 'tls' && server.kind === 'tcp'))
    .flatMap(({ hosts, port, index }) =>
      hosts.flatMap((one) => {
        const shared = common(one, host)
        return shared === undefined ? [] : [{ host: shared, port, server: index }]
      }),
    )
}

/** Another server that takes a host for itself. */
export interface Rival {
  host: string
  port: number
  gateway: LooseObject
}

/**
 * The servers of a gateway, by number, that its proxy passes over: with TLS a port has each host once, and the oldest
 * gateway has it (istio/istio pilot/pkg/model/gateway.go, mergeGateways). Without TLS servers are put together.
 */
export function rivalsOf(gateway: LooseObject, store: Store): ReadonlyMap<number, Rival> {
  const all = store.list(istioGateways)
  return (all.known ? passedOver(all.value).get(gateway) : undefined) ?? new Map()
}

const passedOver = onceFor((gateways: readonly LooseObject[]) => {
  const found = new Map<LooseObject, Map<number, Rival>>()
  const owners = new Map<string, LooseObject>()
  for (const gateway of gateways.toSorted(byAge))
    for (const [index, server] of list(at(gateway.spec, 'servers')).entries()) {
      const port = at(server, 'port.number')
      const isTls = /^(HTTPS|TLS)$/i.test(text(at(server, 'port.protocol')) ?? '')
      if (!isTls || at(server, 'tls') === undefined || typeof port !== 'number') continue
      const keys = strings(record(server)['hosts']).map((host): [string, string] => [
        host,
        JSON.stringify([
          sortedEntries(at(gateway.spec, 'selector')),
          port,
          host.replace(/^\*\//, '').replace(/^\.\//, `${gateway.metadata.namespace}/`),
        ]),
      ])
      const taken = keys.flatMap(([host, key]) => {
        const owner = owners.get(key)
        return owner === undefined ? [] : [{ host, port, gateway: owner }]
      })[0]
      if (taken === undefined) for (const [, key] of keys) owners.set(key, gateway)
      else {
        const own = found.get(gateway) ?? new Map<number, Rival>()
        found.set(gateway, own.set(index, taken))
      }
    }
  return found
})

function sortedEntries(selector: unknown): unknown[] {
  return Object.entries(record(selector)).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** The gateway; undefined where it is not there or nothing is known of it. */
export function gatewayOf(ref: ObjectRef, store: Store): LooseObject | undefined {
  return store.get(istioGateways, { namespace: ref.namespace ?? '', name: ref.name })
}

/** Whether all gateways were read, and this one is not among them. */
export function isMissing(ref: ObjectRef, store: Store): boolean {
  const all = store.list(istioGateways)
  return (
    all.known &&
    !all.value.some(
      ({ metadata: { namespace = '', name } }) =>
        keyOf(refTo(istioGateways, { namespace, name })) === keyOf(ref),
    )
  )
}
