import { test } from 'vitest'
import { type Capability, site } from './site.ts'

/** A test that needs something of the cluster, and is skipped with the reason in its name where that is missing. */
export function scenario(
  name: string,
  needs: readonly Capability[],
  body: () => Promise<void>,
  timeout?: number,
): void {
  const missing = needs.filter((need) => !site.capabilities.has(need))
  if (missing.length > 0) test.skip(`${name} (skipped: this cluster has no ${missing.join(', ')})`, body)
  else test(name, body, timeout)
}
