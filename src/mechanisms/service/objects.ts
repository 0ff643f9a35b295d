import type {
  EndpointSlice,
  KubernetesObject,
  Node,
  Pod,
  Service,
  ServicePort,
} from '../../model/kubernetes.ts'
import { bracketed, hostAndPort } from '../../model/ip.ts'
import type { LooseObject, ObjectType } from '../../model/object.ts'
import { refuseLabel, type TargetKind } from '../../model/target.ts'
import { tidyService, tidySlice } from './tidy.ts'

/** The label by which an EndpointSlice names its Service. */
export const serviceLabel = 'kubernetes.io/service-name'

/** The only fields of a HorizontalPodAutoscaler that matter here. */
export interface Autoscaler extends KubernetesObject {
  spec: { scaleTargetRef: { kind: string; name: string }; minReplicas?: number; maxReplicas: number }
}

/** The parts of a DaemonSet that tell which proxy it runs. */
export interface DaemonSet extends KubernetesObject {
  spec?: {
    template?: {
      spec?: { containers?: { name?: string; image?: string; env?: { name: string; value?: string }[] }[] }
    }
  }
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>
}

/** What somebody wrote about an object. */
export interface ObjectEvent extends KubernetesObject {
  reason?: string
  message?: string
}

const core = { group: '', versions: ['v1'], scope: 'namespaced', within: 'namespace' } as const

/** Objects that a manifest may hold. */
export const services: ObjectType<Service> = {
  ...core,
  resource: 'services',
  kind: 'Service',
  writtenBy: 'people',
  tidy: tidyService,
  keep: withoutHistory,
}

export const slices: ObjectType<EndpointSlice> = {
  ...core,
  group: 'discovery.k8s.io',
  resource: 'endpointslices',
  kind: 'EndpointSlice',
  writtenBy: 'both',
  listsCheaply: true,
  tidy: tidySlice,
  keep: compact,
}

export const autoscalers: ObjectType<Autoscaler> = {
  ...core,
  group: 'autoscaling',
  versions: ['v2'],
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  writtenBy: 'people',
}

export const networkPolicies: ObjectType<LooseObject> = {
  ...core,
  group: 'networking.k8s.io',
  resource: 'networkpolicies',
  kind: 'NetworkPolicy',
  writtenBy: 'people',
}

/** What only a cluster has. */
export const pods: ObjectType<Pod> = { ...core, resource: 'pods', kind: 'Pod', writtenBy: 'cluster' }
export const events: ObjectType<ObjectEvent> = {
  ...core,
  resource: 'events',
  kind: 'Event',
  writtenBy: 'cluster',
}
export const nodes: ObjectType<Node> = {
  ...core,
  scope: 'cluster',
  resource: 'nodes',
  kind: 'Node',
  writtenBy: 'cluster',
}
export const daemonSets: ObjectType<DaemonSet> = {
  ...core,
  group: 'apps',
  resource: 'daemonsets',
  kind: 'DaemonSet',
  writtenBy: 'cluster',
}
export const configMaps: ObjectType<ConfigMap> = {
  ...core,
  resource: 'configmaps',
  kind: 'ConfigMap',
  writtenBy: 'cluster',
}

/** `svc/web`. */
export const serviceKind: TargetKind<Service> = {
  name: 'service',
  label: 'Service',
  words: ['svc', 'services', 'service.v1', 'services.v1'],
  type: services,
  refuseName: refuseLabel,
  describe: ({ spec }) => [
    `${spec.type ?? 'ClusterIP'} ${addressOf(spec.clusterIP, spec.externalName, spec.ports ?? [])}`.trim(),
  ],
}

function addressOf(
  clusterIP: string | undefined,
  externalName: string | undefined,
  ports: readonly ServicePort[],
): string {
  if (externalName !== undefined && externalName !== '') return externalName
  if (clusterIP === 'None') return 'headless'
  const words = [...new Set(ports.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`))].join(',')
  if (clusterIP === undefined || clusterIP === '') return words
  return words === '' ? bracketed(clusterIP) : hostAndPort(clusterIP, words)
}

/** Who changed which field when is most of an object, and nobody reads it in a list. */
function withoutHistory(service: Service): Service {
  const { managedFields: _, ...metadata } = service.metadata as Service['metadata'] & {
    managedFields?: unknown
  }
  return { ...service, metadata }
}

/** A slice without what nobody reads in a list: managed fields, annotations, owners. */
function compact(slice: EndpointSlice): EndpointSlice {
  const { metadata, addressType, endpoints, ports } = slice
  const { name, namespace, labels } = metadata
  return {
    apiVersion: slice.apiVersion,
    kind: 'EndpointSlice',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
    addressType,
    ports: ports ?? null,
    endpoints: (endpoints ?? []).map(({ addresses, conditions, nodeName }) => ({
      addresses,
      ...(conditions === undefined ? {} : { conditions }),
      ...(nodeName === undefined ? {} : { nodeName }),
    })),
  }
}
