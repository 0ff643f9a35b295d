import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'

export const ingresses: ObjectType<LooseObject> = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource: 'ingresses',
  kind: 'Ingress',
  scope: 'namespaced',
}

export const ingressClassObjects: ObjectType<LooseObject> = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource: 'ingressclasses',
  kind: 'IngressClass',
  scope: 'cluster',
  beside: [ingresses],
  isOfCluster: true,
}
