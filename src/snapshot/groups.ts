import type { Cluster } from '../cluster/index.ts'
import { type Fact, known } from '../model/cluster/fact.ts'
import { readObject } from './read.ts'

/** The API groups that a server has, and in which versions. */
export type Groups = ReadonlyMap<string, { preferred: string; versions: readonly string[] }>

/** Asks for the API groups that the server has. */
export async function readGroups(cluster: Cluster, signal: AbortSignal | undefined): Promise<Fact<Groups>> {
  interface GroupList {
    groups?: { name: string; preferredVersion?: { version?: string }; versions?: { version: string }[] }[]
  }
  const answer = await readObject<GroupList>(cluster, '/apis', 'API groups', { signal })
  if (!answer.known) return answer
  return known(
    new Map(
      (answer.value?.groups ?? []).map(({ name, preferredVersion, versions = [] }) => {
        const preferred = preferredVersion?.version ?? versions[0]?.version ?? 'v1'
        return [name, { preferred, versions: versions.map(({ version }) => version) }]
      }),
    ),
  )
}

/**
 * `v1.36.3`. The version matters for bugs that are older than autoscaling/v2, which came with 1.23: where that is
 * served, nobody needs to ask.
 */
export async function readVersion(
  cluster: Cluster,
  groups: Promise<Fact<Groups>>,
  signal: AbortSignal | undefined,
): Promise<Fact<string>> {
  const served = await groups
  if (served.known && served.value.get('autoscaling')?.preferred === 'v2') return known('v1.23 or newer')
  const answer = await readObject<{ gitVersion?: string }>(cluster, '/version', 'the version', { signal })
  return answer.known ? known(answer.value?.gitVersion ?? '') : answer
}
