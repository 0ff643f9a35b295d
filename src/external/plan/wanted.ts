import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import { parseIp } from '../../model/common/network/ip.ts'
import { usageError, UserError } from '../../model/common/user-error.ts'
import type { TypedAddress } from './addresses.ts'
import type { ResolvedOrigin } from '../origin/read.ts'
import { matchPorts, portText } from './ports.ts'
import type { Offered } from '../refuse/refuse.ts'
import { originsIn } from '../../model/cluster/external.ts'
import { addressesIn } from './slices.ts'
import type { ExternalPort } from '../types.ts'
import { defined } from '../../model/common/values.ts'

/** The Service's ports, and the backends as they were given: nothing is refused yet. */
export interface GatheredBackends {
  ports: readonly ExternalPort[]
  backends: readonly Offered[]
}

/** Addresses that were typed, at the ports that were asked for. Throws UserError where it does not tell which port is meant. */
export function fromTyped(ports: readonly ExternalPort[], typed: readonly TypedAddress[]): GatheredBackends {
  const backends = typed.map(({ ip, port, text }) => {
    if (port !== undefined && ports.length !== 1)
      throw usageError(
        `${text}: which of the ${ports.length} ports is meant? An address with a port goes with one port of the Service`,
      )
    return {
      address: ip.text,
      family: ip.family,
      ports: port === undefined ? ports.map((one) => one.port) : [port],
      given: text,
    }
  })
  return { ports, backends }
}

/** What objects of another cluster offer, at the ports that were asked for or, without any, at all of the first one's. */
export function fromOrigin(
  ports: readonly ExternalPort[] | undefined,
  origin: readonly ResolvedOrigin[],
): GatheredBackends {
  const wanted =
    ports ?? (origin[0]?.ports ?? []).map(({ port, protocol, name }) => defined({ port, protocol, name }))
  const backends = origin.flatMap(({ ref, addresses, ports: offered }) => {
    const numbers = matchPorts(wanted, offered, ref.text)
    return addresses.flatMap(({ address, origin: where, hostname }) => {
      const ip = parseIp(address)
      if (ip === undefined) return []
      const named = hostname === undefined ? where : `${where} (${hostname})`
      return [
        {
          address: ip.text,
          family: ip.family,
          ports: numbers,
          origin: named,
          given: named,
        },
      ]
    })
  })
  return { ports: wanted, backends }
}

/**
 * The endpoints that a Service has by the hand of others, to be taken over. Throws UserError where a port of the
 * Service has no namesake in a slice: it was served by nobody, and must not start to be by accident.
 */
export function fromSlices(
  ports: readonly ExternalPort[] | undefined,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): GatheredBackends {
  const wanted = ports ?? servicePorts(service)
  if (wanted === undefined) throw usageError('there is no Service to take over yet', { remedy: 'give-ports' })
  const backends = new Map<string, Offered>()
  for (const slice of slices) {
    const addresses = addressesIn(slice)
    if (addresses.length === 0) continue
    const numbers = wanted.map((port) => numberIn(slice, port))
    const origins = originsIn(slice)
    for (const address of addresses) {
      const ip = parseIp(address)
      const origin = origins.get(address)
      backends.set(`${address} ${numbers.join()}`, {
        address: ip?.text ?? address,
        family: ip?.family ?? 'IPv4',
        ports: numbers,
        ...defined({ origin }),
        given: `endpointslice/${slice.metadata.name}`,
      })
    }
  }
  return { ports: wanted, backends: [...backends.values()] }
}

function numberIn({ metadata, ports }: EndpointSlice, wanted: ExternalPort): number {
  const found = (ports ?? []).find(({ name = '' }) => name === (wanted.name ?? ''))
  if (found?.port !== undefined) return found.port
  const has = (ports ?? []).map(({ name = '' }) => (name === '' ? 'a port without a name' : `"${name}"`))
  throw new UserError(
    `endpointslice/${metadata.name} has ${has.join(', ') || 'no ports'}, the Service ${wanted.name === undefined ? 'a port without a name' : `"${wanted.name}"`}: they go together by name only`,
    {
      hints: [
        {
          remedy: 'name-port',
          port: 'that port is served by nobody today; name it as the slice does',
          example: portText({ ...wanted, name: ports?.[0]?.name ?? '' }).replace(/:$/, ''),
        },
      ],
    },
  )
}

/** The ports of a Service in our words; undefined without one. */
export function servicePorts(service: Service | undefined): ExternalPort[] | undefined {
  return service?.spec.ports?.map(({ port, name, protocol = 'TCP' }) => ({
    port,
    protocol,
    ...(name === undefined || name === '' ? {} : { name }),
  }))
}
