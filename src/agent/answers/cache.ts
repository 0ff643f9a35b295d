import type { Answer } from './answer.ts'

/**
 * Whether an answer says that a cache had it: then the pod that gave it was not asked now. `Age`, which is 0 where it has just been
 * stored, and what products and RFC 9211 write: `X-Cache: HIT`, `TCP_MEM_HIT from proxy`, `Cache-Status: edge; hit`.
 * Squid's `X-Cache-Lookup` says what it had, also where it asked the pod all the same.
 */
export function isFromCache(headers: Answer['headers']): boolean {
  return headers.some(([name, value]) =>
    name === 'age'
      ? Number(value) > 0
      : name.includes('cache') && name !== 'x-cache-lookup' && /(?:^|[\s,;_])hit\b/i.test(value),
  )
}
