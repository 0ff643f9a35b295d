import type { LooseObject, ObjectType, WaySigns } from '../../model/cluster/object.ts'
import { annotationsOf } from '../kit/controller.ts'
import { namesAny } from '../kit/objects/loose.ts'

export const ingresses: ObjectType<LooseObject> = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource: 'ingresses',
  kind: 'Ingress',
  scope: 'namespaced',
}

/** An Ingress leads to a Service by naming it, for AWS in an annotation. */
export const namedByIngress: WaySigns = {
  of: [ingresses],
  tells: (object, services) => {
    const said = Object.values(annotationsOf(object))
    return (
      namesAny(object, services) || services.values().some((name) => said.some((one) => one.includes(name)))
    )
  },
}

export const ingressClassObjects: ObjectType<LooseObject> = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource: 'ingressclasses',
  kind: 'IngressClass',
  scope: 'cluster',
  beside: [ingresses],
  onWays: namedByIngress,
  isOfCluster: true,
}
