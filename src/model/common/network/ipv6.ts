/**
 * The one spelling of an IPv6 address in any of its textual forms, undefined for everything else: eight groups in
 * lower case without leading zeros. A zone is dropped. An IPv4 address mapped into IPv6 is not one.
 */
export function normaliseIpv6(text: string): string | undefined {
  if (!text.includes(':')) return undefined
  const [address = ''] = text.split('%', 1)
  const [before = '', after, ...rest] = address.split('::')
  if (rest.length > 0) return undefined
  const head = groupsOf(before)
  const tail = groupsOf(after ?? '')
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (after === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail]
  const mapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff'
  return mapped ? undefined : groups.join(':')
}

/** The groups of one side of `::`; the last one may be an IPv4 address. */
function groupsOf(text: string): string[] | undefined {
  if (text === '') return []
  const groups: string[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) {
      groups.push(part.toLowerCase().replace(/^0+(?=.)/, ''))
      continue
    }
    const bytes = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part)?.slice(1).map(Number)
    if (bytes === undefined || index !== parts.length - 1 || bytes.some((byte) => byte > 255))
      return undefined
    const [a = 0, b = 0, c = 0, d = 0] = bytes
    groups.push((a * 256 + b).toString(16), (c * 256 + d).toString(16))
  }
  return groups
}
