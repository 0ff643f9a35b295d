import { keyOf, type LooseObject, refTo } from '../../model/cluster/object.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Store } from '../../model/cluster/store.ts'
import { at, list, record, strings, text } from '../kit/loose.ts'
import { common } from './hosts.ts'
import { istioGateways } from './objects.ts'

/** A gateway as a VirtualService names it. */
export function gatewayRef(name: string, { metadata }: LooseObject): ObjectRef {
  const [first = '', second] = name.split('/')
  const namespace = second === undefined ? (metadata.namespace ?? '') : first
  return refTo(istioGateways, { namespace, name: second ?? first })
}

/** What a server of a gateway does with what it gets. */
export type ServerKind = 'http' | 'tls' | 'tcp'

export interface Server {
  kind: ServerKind
  port: number
  /** Without namespaces. */
  hosts: readonly string[]
}

/** The servers of a gateway that take routes of a namespace. */
export function serversOf(gateway: LooseObject, namespace: string): Server[] {
  return list(at(gateway.spec, 'servers')).map((server): Server => {
    const hosts = strings(record(server)['hosts']).flatMap((host) => {
      const [of = '', name] = host.split('/')
      if (name === undefined) return [of]
      const isTaken =
        of === '*' || of === namespace || (of === '.' && namespace === gateway.metadata.namespace)
      return isTaken ? [name] : []
    })
    const port = at(server, 'port.number')
    return { kind: kindOf(server), port: typeof port === 'number' ? port : 0, hosts }
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
): { host: string; port: number }[] {
  return serversOf(gateway, virtualService.metadata.namespace ?? '')
    .filter((server) => server.kind === kind || (kind === 'tls' && server.kind === 'tcp'))
    .flatMap(({ hosts, port }) =>
      hosts.flatMap((one) => {
        const shared = common(one, host)
        return shared === undefined ? [] : [{ host: shared, port }]
      }),
    )
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
