import { expect } from 'vitest'
import type { Playground } from './namespace.ts'

/** A quota of so many pods, in force once it has counted those that are there. Whoever makes it deletes it. */
export async function limitPods(place: Playground, name: string, pods: number, used: number): Promise<void> {
  await place.apply({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name },
    spec: { hard: { pods: String(pods) } },
  })
  await expect
    .poll(() => place.kubectl('get', 'resourcequota', name, '-o', 'jsonpath={.status.used.pods}'), {
      timeout: 20_000,
    })
    .toBe(String(used))
}
