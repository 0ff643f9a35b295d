import { normaliseIpv6 } from './ipv6.ts'

/** An endpoint that a text names, and how: the needle as it was given. */
export interface Mention {
  endpoint: number
  value: string
}

export interface Mentions {
  /** The endpoints that `text` names, each once. */
  find(text: string): Mention[]
}

/** Belongs to several endpoints, or to the client. */
const nobody = -1

/** Characters of DNS names and IPv4 addresses, and `_`, which the names in other systems may hold. */
const name = /[\w.-]+/g
/** The same and what an IPv6 address may hold besides. */
const wide = /[\w.:%-]+/g

/**
 * `needles` holds per endpoint the strings that name it. A text names an endpoint when one of them is a whole token
 * of it, upper or lower case; IPv6 addresses in any spelling. `own` are strings that are no mention.
 */
export function createMentions(needles: readonly (readonly string[])[], own: readonly string[]): Mentions {
  const known = new Map<string, Mention>()
  let anyIpv6 = false
  for (const [endpoint, strings] of needles.entries()) {
    for (const value of strings) {
      const ipv6 = normaliseIpv6(value)
      if (ipv6 !== undefined) anyIpv6 = true
      const key = ipv6 ?? value.toLowerCase()
      const before = known.get(key)
      if (before === undefined) known.set(key, { endpoint, value })
      else if (before.endpoint !== endpoint) before.endpoint = nobody
    }
  }
  for (const value of own) known.delete(normaliseIpv6(value) ?? value.toLowerCase())
  // So that most tokens are dropped by their length alone.
  const lengths = new Set([...known.keys()].map((key) => key.length))

  const find = (text: string): Mention[] => {
    const found: Mention[] = []
    const look = (key: string): void => {
      const mention = known.get(key)
      if (mention === undefined || mention.endpoint === nobody) return
      if (!found.some((other) => other.endpoint === mention.endpoint)) found.push(mention)
    }
    for (const [token] of text.matchAll(name)) {
      const trimmed = trim(token)
      if (lengths.has(trimmed.length)) look(trimmed.toLowerCase())
    }
    if (anyIpv6 && text.includes(':')) for (const [token] of text.matchAll(wide)) eachIpv6(token, look)
    return found
  }
  return { find }
}

/** Without the full stop of a sentence or a hyphen at the edge, which no name has there. */
function trim(token: string): string {
  let start = 0
  let end = token.length
  while (start < end && isEdge(token.charCodeAt(start))) start++
  while (end > start && isEdge(token.charCodeAt(end - 1))) end--
  return start === 0 && end === token.length ? token : token.slice(start, end)
}

function isEdge(unit: number): boolean {
  return unit === 0x2e || unit === 0x2d
}

/** Addresses in a token, also in `addr:fd00::1` and `fd00::1.` */
function eachIpv6(token: string, look: (key: string) => void): void {
  if (token.length > 64 || token.indexOf(':') === token.lastIndexOf(':')) return
  const trimmed = trim(token)
  const address =
    normaliseIpv6(trimmed) ?? normaliseIpv6(trimmed.replace(/^[\w.-]*[g-zG-Z_.-][\w.-]*:|^:(?!:)/, ''))
  if (address !== undefined) look(address)
}
