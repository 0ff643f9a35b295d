/** By what objects of `external` are known, and who writes them. */
import type { KubernetesObject } from './kubernetes.ts'

/**
 * Not the manager of `enable`: server-side apply takes away what its manager no longer declares, so with one name each
 * would take away the fields of the other.
 */
export const externalManager = 'kubectl-affinity-external'

/** A label of Services: `made` by this tool, or `adopted`, which were there before and stay when it lets go of them. */
export const externalLabel = 'affinity.kubectl.dev/external'

/** JSON. On a Service: `Source`. On a slice: address → where it was read. */
export const originAnnotation = 'affinity.kubectl.dev/origin'

/** The label by which an EndpointSlice names its Service. */
export const serviceLabel = 'kubernetes.io/service-name'

/** The EndpointSlices of a Service, as a label selector. */
export function slicesSelector(service: string): string {
  return `${serviceLabel}=${service}`
}

/** Who writes an EndpointSlice (k8s.io/api/discovery/v1/well_known_labels.go). */
export const sliceManagerLabel = 'endpointslice.kubernetes.io/managed-by'
export const ourSlices = 'kubectl-affinity'
export const selectorController = 'endpointslice-controller.k8s.io'
export const mirrorController = 'endpointslicemirroring-controller.k8s.io'

/** Where the addresses of a slice were read, as far as it says. */
export function originsIn({ metadata }: KubernetesObject): Map<string, string> {
  try {
    const value: unknown = JSON.parse(metadata.annotations?.[originAnnotation] ?? '{}')
    if (typeof value !== 'object' || value === null) return new Map()
    return new Map(
      Object.entries(value).flatMap(([address, origin]) =>
        typeof origin === 'string' ? [[address, origin]] : [],
      ),
    )
  } catch {
    // Anybody can write annotations; a broken one only means that nothing is known.
    return new Map()
  }
}
