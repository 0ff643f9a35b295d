import type { Cluster } from '../cluster/index.ts'
import { servicesPath, slicesPath } from '../cluster/paths.ts'
import type { EndpointSlice, Service } from '../model/cluster/kubernetes.ts'
import {
  externalLabel,
  sliceManagerLabel,
  originAnnotation,
  ourSlices,
  serviceLabel,
} from '../model/cluster/external.ts'
import type { Source } from './types.ts'

/** One Service of this command, and its slices. */
export interface ExternalService {
  service: Service
  slices: readonly EndpointSlice[]
  source: Source
}

/** All Services that this command made or adopted, in one namespace or in all. */
export async function listExternal(
  cluster: Cluster,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ExternalService[]> {
  const [services, slices] = await Promise.all([
    Array.fromAsync(
      cluster.list<Service>(servicesPath(namespace), { query: { labelSelector: externalLabel }, signal }),
    ),
    Array.fromAsync(
      cluster.list<EndpointSlice>(slicesPath(namespace), {
        query: { labelSelector: `${sliceManagerLabel}=${ourSlices}` },
        signal,
      }),
    ),
  ])
  const keyOf = (name: string | undefined, space: string | undefined): string =>
    `${space ?? ''}/${name ?? ''}`
  const byService = Map.groupBy(slices, ({ metadata }) =>
    keyOf(metadata.labels?.[serviceLabel], metadata.namespace),
  )
  return services.map((service) => ({
    // Items of a list carry no kind of their own.
    service: { ...service, apiVersion: 'v1', kind: 'Service' },
    slices: (byService.get(keyOf(service.metadata.name, service.metadata.namespace)) ?? []).map((slice) => ({
      ...slice,
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
    })),
    source: sourceOf(service),
  }))
}

/** Where the backends of a Service come from, as the command that made it wrote it down. */
export function sourceOf({ metadata }: Service): Source {
  try {
    const value: unknown = JSON.parse(metadata.annotations?.[originAnnotation] ?? '{}')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // Anybody can write annotations; a broken one only means that nothing is known.
    return {}
  }
}
