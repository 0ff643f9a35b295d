import { createHash } from 'node:crypto'
import { hostAndPort } from '../../../../model/common/network/ip.ts'

/** Where a request can be sent on to. */
export interface Server {
  address: string
  port: number
}

export const nameOf = ({ address, port }: Server): string => hostAndPort(address, port)

export const isSame = (one: Server, other: Server): boolean =>
  one.address === other.address && one.port === other.port

/** Places of each server on a ring, as in lua-resty-chash. */
const points = 160

/** How one proxy has distributed so far: whose turn it is, and the rings that it has made. */
export class Chooser {
  readonly #turns = new Map<string, number>()
  readonly #rings = new Map<string, { of: string; ring: Ring }>()

  /** One after the other, beginning anywhere. */
  next(upstream: string, servers: readonly Server[]): Server | undefined {
    const turn = this.#turns.get(upstream) ?? Math.floor(Math.random() * servers.length)
    this.#turns.set(upstream, turn + 1)
    return servers[turn % Math.max(1, servers.length)]
  }

  /** Always the same one for a key, as long as it is there. */
  hashed(upstream: string, servers: readonly Server[], key: string): Server | undefined {
    const of = servers.map((server) => nameOf(server)).join()
    let known = this.#rings.get(upstream)
    if (known?.of !== of) this.#rings.set(upstream, (known = { of, ring: ringOf(servers) }))
    return find(known.ring, key)
  }
}

/** Any of them, as a proxy that counts what is open does with requests that take no time. */
export function anyOf<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)]
}

type Ring = readonly { at: number; server: Server }[]

function ringOf(servers: readonly Server[]): Ring {
  return servers
    .flatMap((server) =>
      Array.from({ length: points }, (_, index) => ({ at: placeOf(`${nameOf(server)} ${index}`), server })),
    )
    .toSorted((a, b) => a.at - b.at)
}

function find(ring: Ring, key: string): Server | undefined {
  const place = placeOf(key)
  let [from, to] = [0, ring.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((ring[middle]?.at ?? 0) < place) from = middle + 1
    else to = middle
  }
  return (ring[from] ?? ring[0])?.server
}

const placeOf = (text: string): number => createHash('md5').update(text).digest().readUInt32BE()
