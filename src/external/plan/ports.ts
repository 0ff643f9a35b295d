import { usageError, UserError } from '../../model/common/user-error.ts'
import type { OfferedPort } from '../origin/offer.ts'
import type { Protocol, ExternalPort } from '../types.ts'

/** What the API server demands of a list of ports. Throws UserError. */
export function demandNames(ports: readonly ExternalPort[]): void {
  const seen = new Set<string>()
  for (const { port, protocol, name } of ports) {
    if (ports.length > 1 && name === undefined)
      throw usageError(`port ${port} has no name, and with several ports each needs one`, {
        remedy: 'name-port',
        port: 'for example',
        example: `${port}:NAME`,
      })
    for (const key of [`port ${port}/${protocol}`, ...(name === undefined ? [] : [`port name "${name}"`])]) {
      if (seen.has(key)) throw usageError(`${key} is given twice`)
      seen.add(key)
    }
  }
}

/** `80`, `80:http`, `53:dns/UDP`: as it may be typed. */
export function portText({
  port,
  name,
  protocol,
}: {
  port: number
  name?: string
  protocol: Protocol
}): string {
  return `${port}${name === undefined ? '' : `:${name}`}${protocol === 'TCP' ? '' : `/${protocol}`}`
}

/**
 * The ports of one other Service (or what stands for it) at which ours are served, in the order of ours: of the same
 * name, else of the same number, else the only one there is. Throws UserError where that does not tell.
 */
export function matchPorts(
  wanted: readonly ExternalPort[],
  offered: readonly OfferedPort[],
  source: string,
): number[] {
  return wanted.map((port) => {
    const candidates = offered.filter(({ protocol }) => protocol === port.protocol)
    const found =
      candidates.find(({ name }) => name !== undefined && name === port.name) ??
      candidates.find((other) => other.port === port.port) ??
      (candidates.length === 1 && wanted.length === 1 ? candidates[0] : undefined)
    if (found !== undefined) return found.at
    const has = offered.map((one) => portText(one)).join(', ')
    throw new UserError(
      `${source} has no port that port ${portText(port)} could mean: it has ${has || 'none'}`,
      {
        hints: [
          'a port is found by its name, then by its number; with one port on both sides it is that one',
          { remedy: 'match-port' },
        ],
      },
    )
  })
}
