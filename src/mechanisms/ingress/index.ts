import type { Policy } from '../../model/policy.ts'
import type { Service } from '../../model/kubernetes.ts'
import type { Front, Mechanism } from '../front.ts'
import { type LooseObject, refOf } from '../../model/object.ts'
import { at, list, record, text } from '../kit/loose.ts'
import { type Controller, controllerOf } from './controllers.ts'

/** Ingress of networking.k8s.io, whoever implements it. It is read with the Service, not with custom resources. */
export const ingress: Mechanism = {
  resources: [],
  fronts: (object, service, context) => {
    if (object.kind !== 'Ingress' || object.metadata.namespace !== service.metadata.namespace) return []
    const addresses = leadsTo(object, service.metadata.name)
    if (addresses.length === 0) return []
    const annotations = object.metadata.annotations ?? {}
    const controller = controllerOf(ingressClass(object) ?? '', context)
    const front: Front = {
      kind: 'ingress',
      object: refOf(object),
      mechanism: controller?.name ?? ingressClass(object) ?? 'unknown controller',
      addresses,
      policy: policyOf(controller, annotations, service),
      via: controller?.via(annotations, service.metadata.annotations ?? {}) ?? 'unknown',
    }
    return [front]
  },
}

/** What IngressClasses say: name → controller, and under the empty name that of the one default class. */
export function controllersByClass(classes: readonly LooseObject[]): Record<string, string> {
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

function policyOf(
  controller: Controller | undefined,
  annotations: Readonly<Record<string, string>>,
  service: Service,
): Policy {
  return controller === undefined
    ? { kind: 'unknown' }
    : controller.policy(annotations, service.metadata.annotations ?? {})
}

/** `host/path` of each rule that leads to the Service, `*` for any host. */
function leadsTo({ spec }: LooseObject, name: string): string[] {
  const found: string[] = []
  if (at(spec, 'defaultBackend.service.name') === name) found.push('*')
  for (const rule of list(at(spec, 'rules'))) {
    const host = text(record(rule)['host']) ?? '*'
    for (const path of list(at(rule, 'http.paths'))) {
      if (at(path, 'backend.service.name') === name) found.push(`${host}${text(record(path)['path']) ?? ''}`)
    }
  }
  return [...new Set(found)]
}
