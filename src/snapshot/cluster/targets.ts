import { ApiError, type Cluster, isNotFound } from '../../cluster/index.ts'
import { slicesSelector } from '../../model/cluster/external.ts'
import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import type { NamespacedName } from '../../model/cluster/object.ts'
import { UserError } from '../../model/common/user-error.ts'
import { servicePath, servicesPath, slicesPath } from '../../cluster/paths.ts'
import { handled } from '../../model/common/stream.ts'
import type { TargetQuery } from '../../model/targets/parse.ts'
import { readObject } from './read.ts'
import { type Fact, mapFact } from '../../model/cluster/store.ts'

/** One answer for each Service that was asked for: the Service, or why it cannot be had. */
export type ResolvedService =
  | { ref: NamespacedName; service: Service }
  | { ref: NamespacedName; error: ApiError | UserError }

/**
 * The Services that a query means, in the order of the words, or in the server's order for a list (read page by page
 * as it is consumed). A Service that does not exist or may not be read is an item with its error, so that one failure
 * does not stop the others. Rejects where a list itself fails, and when there is no answer from the server.
 */
export async function* resolveServices(
  cluster: Cluster,
  query: TargetQuery,
  signal?: AbortSignal,
): AsyncGenerator<ResolvedService, void, undefined> {
  if (query.kind === 'names') {
    const answers = query.targets.map(({ name }) =>
      handled(readOne(cluster, { namespace: cluster.namespace, name }, signal)),
    )
    for (const answer of answers) yield await answer
    return
  }
  const path = servicesPath(query.allNamespaces ? undefined : cluster.namespace)
  const selection = query.selector === undefined ? {} : { labelSelector: query.selector }
  for await (const service of cluster.list<Service>(path, { query: selection, signal })) {
    // Items of a list carry no kind of their own.
    yield { ref: nameOf(service), service: { ...service, apiVersion: 'v1', kind: 'Service' } }
  }
}

export function nameOf({ metadata: { namespace, name } }: Service): NamespacedName {
  return { namespace: namespace ?? 'default', name }
}

/** The Service of this name, or why it cannot be read. Rejects when there was no answer at all. */
export async function readOne(
  cluster: Cluster,
  ref: NamespacedName,
  signal: AbortSignal | undefined,
): Promise<ResolvedService> {
  try {
    return { ref, service: await cluster.get<Service>(servicePath(ref.namespace, ref.name), { signal }) }
  } catch (error) {
    if (isNotFound(error)) return { ref, error: notFound(ref, error) }
    if (error instanceof ApiError) return { ref, error }
    throw error
  }
}

/** The same where nothing can go on without it: rejects with what `readOne` tells. */
export async function getService(
  cluster: Cluster,
  ref: NamespacedName,
  signal: AbortSignal | undefined,
): Promise<Service> {
  const answer = await readOne(cluster, ref, signal)
  if ('error' in answer) throw answer.error
  return answer.service
}

/**
 * A Service and every slice that names it, whole, whoever wrote them, read at once: for whoever sends to them or changes
 * them. Rejects where the slices may not be read.
 */
export async function readWithSlices(
  cluster: Cluster,
  ref: NamespacedName,
  signal: AbortSignal | undefined,
): Promise<{ found: ResolvedService; slices: EndpointSlice[] }> {
  const query = { labelSelector: slicesSelector(ref.name) }
  // Why there is no Service says more than why there are no slices.
  const listed = handled(
    Array.fromAsync(cluster.list<EndpointSlice>(slicesPath(ref.namespace), { query, signal })),
  )
  const found = await readOne(cluster, ref, signal)
  if ('error' in found) return { found, slices: [] }
  // Items of a list carry no kind of their own.
  const type = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' } as const
  return { found, slices: (await listed).map((slice) => ({ ...slice, ...type })) }
}

/** The Service of this name; no Service where there is none. */
export async function findService(
  cluster: Cluster,
  ref: NamespacedName,
  signal: AbortSignal | undefined,
): Promise<Fact<Service[]>> {
  const { namespace, name } = ref
  const what = `service ${name} in ${namespace}`
  const fact = await readObject<Service>(cluster, servicePath(namespace, name), what, { signal })
  return mapFact(fact, (service) => (service === undefined ? [] : [service]))
}

/** What to say about a Service that does not exist. */
export function notFound({ namespace, name }: NamespacedName, cause: unknown): UserError {
  return new UserError(`services "${name}" not found in namespace "${namespace}"`, {
    hints: [`see what there is:  kubectl get services -n ${namespace}`],
    cause,
  })
}
