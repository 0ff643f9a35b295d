import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { objectName } from '../../../model/findings/finding.ts'
import { at, list } from '../../kit/objects/loose.ts'
import type { PlainHost } from '../../mechanism.ts'
import { gatewayOf, gatewayRef, takenBy } from './gateway.ts'
import { gatewayNames, hostsOf } from './routes.ts'

/** Whether all servers of gateways that take a host of a VirtualService speak http. */
export function plainServer(object: LooseObject, host: string, store: Store): PlainHost | undefined {
  const gateways = gatewayNames(object).map((name) => gatewayOf(gatewayRef(name, object), store))
  const servers = gateways.flatMap((gateway) =>
    gateway === undefined
      ? []
      : hostsOf(object)
          .flatMap((one) => takenBy(gateway, object, one, 'http'))
          .filter((one) => one.host === host)
          .map(({ server }) => ({ gateway, server })),
  )
  const isPlain = ({ gateway, server }: { gateway: LooseObject; server: number }): boolean => {
    const own = list(at(gateway.spec, 'servers'))[server]
    return at(own, 'port.protocol') === 'HTTP' && at(own, 'tls.mode') === undefined
  }
  const [first] = servers
  if (first === undefined || gateways.includes(undefined) || !servers.every(isPlain)) return undefined
  const ref = refOf(first.gateway)
  return {
    who: objectName(ref),
    mend: `add a server with protocol HTTPS and tls to ${objectName(ref)}`,
    at: { object: ref, field: `spec.servers[${first.server}].port.protocol` },
  }
}
