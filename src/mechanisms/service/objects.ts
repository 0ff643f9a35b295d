import type { EndpointSlice, Service, ServicePort } from '../../model/cluster/kubernetes.ts'
import { bracketed, hostAndPort } from '../../model/common/network/ip.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import type { Autoscaler } from '../../model/cluster/snapshot.ts'
import { refuseLabel, type TargetKind } from '../../model/affinity/target.ts'

export const services: ObjectType<Service> = {
  group: '',
  versions: ['v1'],
  resource: 'services',
  kind: 'Service',
  scope: 'namespaced',
}

export const endpointSlices: ObjectType<EndpointSlice> = {
  group: 'discovery.k8s.io',
  versions: ['v1'],
  resource: 'endpointslices',
  kind: 'EndpointSlice',
  scope: 'namespaced',
}

export const networkPolicies: ObjectType<LooseObject> = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource: 'networkpolicies',
  kind: 'NetworkPolicy',
  scope: 'namespaced',
}

export const autoscalers: ObjectType<Autoscaler> = {
  group: 'autoscaling',
  versions: ['v2'],
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  scope: 'namespaced',
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
