import type { Cluster } from '../../cluster/index.ts'
import { type Fact, known } from '../../model/cluster/store.ts'
import { readObject } from './read.ts'

/** What a server has of an API group. */
export interface Group {
  preferred: string
  versions: readonly string[]
  /** What each version serves, as far as the server said. */
  resources: ReadonlyMap<string, ReadonlySet<string>>
}

/** The API groups that a server has. */
export type Groups = ReadonlyMap<string, Group>

/** The groups with what is in them: one answer, since Kubernetes 1.27. Older servers know the last of these only. */
const discovery = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join()

/** Either of the two documents: with `items`, or with `groups`. */
interface Discovered {
  items?: {
    metadata: { name: string }
    versions?: { version: string; resources?: { resource: string }[]; freshness?: string }[]
  }[]
  groups?: { name: string; preferredVersion?: { version?: string }; versions?: { version: string }[] }[]
}

/** Asks for the API groups that the server has, and for what is in them. */
export async function readGroups(cluster: Cluster, signal: AbortSignal | undefined): Promise<Fact<Groups>> {
  const answer = await readObject<Discovered>(cluster, '/apis', 'API groups', { signal, accept: discovery })
  if (!answer.known) return answer
  const { items = [], groups = [] } = answer.value ?? {}
  const plain = groups.map(({ name, preferredVersion, versions = [] }) =>
    groupOf(name, versions, preferredVersion?.version),
  )
  const whole = items.map(({ metadata, versions = [] }) => groupOf(metadata.name, versions))
  return known(new Map([...plain, ...whole]))
}

/** Versions come in the order of preference. One that is stale is of a server that does not answer. */
function groupOf(
  name: string,
  versions: readonly { version: string; resources?: { resource: string }[]; freshness?: string }[],
  preferred = versions[0]?.version ?? 'v1',
): [string, Group] {
  const resources = versions.flatMap(({ version, resources: all, freshness }) =>
    all === undefined || freshness === 'Stale'
      ? []
      : [[version, new Set(all.map(({ resource }) => resource))] as const],
  )
  return [
    name,
    { preferred, versions: versions.map(({ version }) => version), resources: new Map(resources) },
  ]
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
