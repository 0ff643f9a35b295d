import type { Style } from '../terminal.ts'
import { paintLines, span } from '../text/line.ts'
import { sanitize } from '../text/sanitize.ts'
import { layoutTable } from '../text/table.ts'

/** One Service of the list. */
export interface ListedService {
  namespace: string
  name: string
  ports: string
  affinity: string
  addresses: readonly { text: string; origin?: string }[]
  /** Where its backends come from, in words. */
  from: string
  /** In milliseconds; undefined where it is not known. */
  ageMs: number | undefined
}

export interface ListOptions {
  style: Style
  showNamespace: boolean
  /** A line for each address. */
  wide: boolean
  noHeaders: boolean
}

/** As `kubectl get` lists: a heading, and a line for each Service. */
export function renderList(
  services: readonly ListedService[],
  { style, showNamespace, wide, noHeaders }: ListOptions,
): string {
  const headings = ['NAMESPACE', 'NAME', 'PORTS', 'AFFINITY', wide ? 'ADDRESS' : 'ADDRESSES', 'FROM', 'AGE']
  const rows = services.flatMap((service) => {
    const { namespace, name, ports, affinity, addresses, from } = service
    const line = (address: string, origin: string): string[] => [
      namespace,
      name,
      ports,
      affinity,
      address,
      origin,
      humanAge(service.ageMs),
    ]
    return wide && addresses.length > 0
      ? addresses.map(({ text, origin }) => line(text, origin ?? from))
      : [line(wide ? '<none>' : String(addresses.length), from)]
  })
  const cells = [...(noHeaders ? [] : [headings]), ...rows].map((row) =>
    row.slice(showNamespace ? 0 : 1).map((text) => span(sanitize(text))),
  )
  const columns = headings.slice(showNamespace ? 0 : 1).map(() => ({}))
  // kubectl's tables are as wide as they have to be.
  const lines = layoutTable(cells, columns, { width: 10_000, indent: 0, gap: 3 })
  return `${paintLines(lines, { style, width: Infinity }).join('\n')}\n`
}

/** `12s`, `5m`, `3h`, `2d`: short, as kubectl has it (k8s.io/apimachinery duration.HumanDuration, simplified). */
function humanAge(ms: number | undefined): string {
  if (ms === undefined) return '<unknown>'
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}
