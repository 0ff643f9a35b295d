/** Whether a host is one of a pattern's: `shop.example.com`, `*.example.com`, or `*` and nothing for all. */
export function matchesHost(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined || pattern === '' || pattern === '*') return true
  const wanted = pattern.toLowerCase()
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted
}

/** The higher, the more exactly a pattern says which host it is for. */
export function weightOfHost(pattern: string | undefined): number {
  if (pattern === undefined || pattern === '' || pattern === '*') return 0
  return pattern.startsWith('*.') ? pattern.length : 1000 + pattern.length
}

/** Whether a path is at or below a prefix, by whole segments. */
export function isBelow(path: string, prefix: string): boolean {
  const base = prefix.replace(/\/+$/, '')
  return path === base || path.startsWith(`${base}/`)
}
