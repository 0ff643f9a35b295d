import type { LooseObject } from '../../model/cluster/object.ts'
import type { TargetKind } from '../../model/affinity/target.ts'
import { targetKind } from '../kit/objects/types.ts'
import { at, list, record, strings, text } from '../kit/objects/loose.ts'
import { gateways, grpcRoutes, httpRoutes } from './objects.ts'

/** `httproute/x`, `grpcroute/x`, `gateway/x`. */
export const routeKinds: readonly TargetKind[] = [
  targetKind(httpRoutes, hostsOf),
  targetKind(grpcRoutes, hostsOf, {
    notProbed:
      'requests are GETs and no calls of gRPC: a server that answers calls only answers none of them; an HTTPRoute to one that answers GETs shows what the gateway does',
  }),
  targetKind(gateways, listenersOf, { shortNames: ['gtw'] }),
]

function hostsOf({ spec }: LooseObject): string[] {
  const hosts = strings(at(spec, 'hostnames'))
  return [hosts.length === 0 ? 'any host' : hosts.join(', ')]
}

function listenersOf({ spec }: LooseObject): string[] {
  const listeners = list(at(spec, 'listeners')).map((listener) => {
    const { protocol, port } = record(listener)
    return `${text(protocol) ?? ''} ${typeof port === 'number' ? port : ''}`.trim()
  })
  return [`class ${text(at(spec, 'gatewayClassName')) ?? ''}`.trim(), ...listeners]
}
