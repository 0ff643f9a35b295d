import { serviceLabel, sliceManagerLabel } from '../../../model/cluster/external.ts'
import type { EndpointSlice, ObjectMeta } from '../../../model/cluster/kubernetes.ts'

/** Tells the cluster's own controllers that these slices are not theirs. */
const slicesManager = 'shadow.affinity.kubectl.dev'

/**
 * Copies of the EndpointSlices of a Service without selector, for its shadow: nobody else would write any.
 * `metadataOf` makes the metadata of a temporary object.
 */
export function copiedSlices(
  slices: readonly EndpointSlice[],
  shadow: string,
  metadataOf: (name: string) => ObjectMeta,
): EndpointSlice[] {
  return slices
    .filter(({ addressType }) => addressType !== 'FQDN')
    .map(({ addressType, endpoints, ports }, index) => {
      const metadata = metadataOf(`${shadow}-${index + 1}`)
      const labels = {
        ...metadata.labels,
        [serviceLabel]: shadow,
        [sliceManagerLabel]: slicesManager,
      }
      return {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels },
        addressType,
        endpoints,
        ports: ports ?? null,
      }
    })
}

/** Addresses of the endpoints that are ready, of all ports. */
export function readyAddresses(slices: readonly EndpointSlice[]): Set<string> {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? [])
  return new Set(
    endpoints.filter(({ conditions }) => conditions?.ready ?? true).flatMap(({ addresses }) => addresses),
  )
}
