import { expect } from 'vitest'
import type { Playground } from './namespace.ts'

/** A line of shell for `--during`: a command of kubectl, and all that it makes happen to the pods of a Deployment. */
export function toTheEnd(place: Playground, words: string, name: string, pods: number): string {
  const kubectl = `kubectl -n ${place.name}`
  // Pods that end are gone as well.
  const count = `${kubectl} get pods -l app=${name} -o name | wc -l`
  const rollout = `${kubectl} rollout status deployment/${name}`
  return `${kubectl} ${words} && ${rollout} && until [ $(${count}) = ${pods} ]; do sleep 0.2; done`
}

/** Gives a Deployment so many pods that are ready, with none that ends beside them, and waits until the proxies know. */
export async function scaled(place: Playground, name: string, pods: number): Promise<void> {
  await place.kubectl('scale', `deployment/${name}`, `--replicas=${pods}`)
  await place.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s')
  const there = async (): Promise<number> =>
    (await place.kubectl('get', 'pods', '-l', `app=${name}`, '-o', 'name')).trim().split('\n').length
  await expect.poll(there, { timeout: 60_000, interval: 250 }).toBe(pods)
  await place.proxiesFollow()
}
