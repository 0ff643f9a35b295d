import { describe, test } from 'vitest'
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

/** Scenarios that are the same whatever the Service proxy is: tried in one of its modes. */
export function describeOnce(name: string, body: () => void): void {
  const title = `${name}, on ${site.name}`
  if (site.isFirstMode) describe(title, body)
  else describe.skip(`${title} (skipped: the same in every mode of the proxy)`, body)
}
