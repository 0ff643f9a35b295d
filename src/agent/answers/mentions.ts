import { normaliseIpv6 } from '../../model/common/network/ipv6.ts'

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
const nameUnits = classOf(/[\w.-]/)
/** The same and what an IPv6 address may hold besides. */
const wideUnits = classOf(/[\w.:%-]/)

/** 1 for each of the first 256 characters that `pattern` matches. */
function classOf(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, unit) => (pattern.test(String.fromCharCode(unit)) ? 1 : 0))
}

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
    if (known.size === 0) return found
    eachToken(text, nameUnits, (start, end) => {
      if (lengths.has(end - start)) look(text.slice(start, end).toLowerCase())
    })
    if (anyIpv6 && text.includes(':')) {
      eachToken(text, wideUnits, (start, end) => {
        const address = end - start > longestAddress ? undefined : readIpv6(text.slice(start, end))
        if (address !== undefined) look(address)
      })
    }
    return found
  }
  return { find }
}

/** With a zone and the name before it. */
const longestAddress = 128

/**
 * Calls back for each longest stretch of characters of a class, without the full stop of a sentence or a hyphen at
 * its edges, which no name has there. A loop over characters: bodies have thousands of tokens, and none is of interest.
 */
function eachToken(text: string, units: Uint8Array, take: (start: number, end: number) => void): void {
  let start = -1
  for (let index = 0; index <= text.length; index++) {
    if (index < text.length && units[text.charCodeAt(index)] === 1) {
      if (start < 0) start = index
    } else if (start >= 0) {
      let end = index
      while (start < end && isEdge(text.charCodeAt(start))) start++
      while (end > start && isEdge(text.charCodeAt(end - 1))) end--
      if (start < end) take(start, end)
      start = -1
    }
  }
}

function isEdge(unit: number): boolean {
  return unit === 0x2e || unit === 0x2d
}

/** The address in a token such as `fd00::1` or `addr:fd00::1`. */
function readIpv6(token: string): string | undefined {
  if (token.indexOf(':') === token.lastIndexOf(':')) return undefined
  const bare = token.replace(/^(?:[\w.-]*[g-zG-Z_.-][\w.-]*)?:(?!:)/, '').replace(/(?<!:):$/, '')
  return normaliseIpv6(token) ?? normaliseIpv6(bare)
}
