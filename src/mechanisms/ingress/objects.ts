import type { LooseObject, ObjectType, WaySigns } from '../../model/cluster/object.ts'
import { annotationsOf } from '../kit/controller.ts'
import { at, namesAny, text } from '../kit/objects/loose.ts'
import { type FactType, mapFact } from '../../model/cluster/store.ts'

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

/** IngressClass → its controller; under the empty name that of the default class. */
export const ingressClasses: FactType<Readonly<Record<string, string>>> = {
  name: 'ingress classes',
  what: 'ingressclasses.networking.k8s.io',
  reads: [ingressClassObjects],
  derive: (store) => mapFact(store.list(ingressClassObjects), controllersByClass),
}

/** What IngressClasses say: name → controller, and under the empty name that of the one default class. */
function controllersByClass(classes: readonly LooseObject[]): Record<string, string> {
  const byName = classes.map((object): [string, string] => [
    object.metadata.name,
    text(at(object.spec, 'controller')) ?? '',
  ])
  const marked = classes.filter(
    ({ metadata }) => metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  )
  const [first, second] = marked
  // Of several the API server takes the one that was created last, which files do not tell.
  if (first !== undefined && second === undefined) byName.push(['', text(at(first.spec, 'controller')) ?? ''])
  return Object.fromEntries(byName)
}

/** `spec.ingressClassName`, or the annotation that was used before it. */
export function ingressClass({ spec, metadata }: LooseObject): string | undefined {
  return text(at(spec, 'ingressClassName')) ?? metadata.annotations?.['kubernetes.io/ingress.class']
}
