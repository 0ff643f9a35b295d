import { type LooseObject, type ObjectType, refOf } from '../../model/object.ts'
import type { Leg } from '../../model/leg.ts'
import type { Store } from '../../model/store.ts'
import { hostEntry, sendingLegs } from '../kit/front.ts'
import { at, list, record, text } from '../kit/loose.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { services } from '../service/objects.ts'
import { controllerOf, ingressClasses } from './controllers.ts'

export const ingresses: ObjectType<LooseObject> = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource: 'ingresses',
  kind: 'Ingress',
  scope: 'namespaced',
}

/** Ingress of networking.k8s.io, whoever implements it. */
export const ingress: Mechanism = {
  name: 'ingress',
  label: 'Ingress',
  routes: [ingresses],
  legs: legsByType(drawnBy(ingresses, ingressLegs)),
}

function ingressLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const { namespace = '', annotations = {} } = object.metadata
  const classes = store.fact(ingressClasses)
  const className = ingressClass(object)
  const controller = classes.known ? controllerOf(className ?? '', classes.value) : undefined
  return [...leadsTo(object)].flatMap(([name, places]) => {
    const to = { namespace, name }
    const ofService = store.get(services, to)?.metadata.annotations ?? {}
    return sendingLegs(
      {
        object: ref,
        part: name,
        entries: places.map(({ host, path }) => hostEntry(ref, host, path)),
        to,
        hop: {
          kind: 'ingress',
          mechanism: controller?.name ?? className ?? 'unknown controller',
          configuredBy: [ref],
          policy: controller?.policy(annotations, ofService) ?? { kind: 'unknown' },
        },
        arrival: controller?.arrival(annotations, ofService) ?? 'unknown',
      },
      store,
    )
  })
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
function ingressClass({ spec, metadata }: LooseObject): string | undefined {
  return text(at(spec, 'ingressClassName')) ?? metadata.annotations?.['kubernetes.io/ingress.class']
}

interface HostPath {
  host: string
  path: string
}

/** The Services behind it, each with all hosts and paths that lead there; `*` for any host. */
function leadsTo({ spec }: LooseObject): Map<string, HostPath[]> {
  const found = new Map<string, HostPath[]>()
  const add = (name: unknown, host: string, path: string): void => {
    const service = text(name)
    if (service === undefined) return
    const places = found.get(service) ?? []
    if (!places.some((place) => place.host === host && place.path === path)) places.push({ host, path })
    found.set(service, places)
  }
  add(at(spec, 'defaultBackend.service.name'), '*', '')
  for (const rule of list(at(spec, 'rules'))) {
    const host = text(record(rule)['host']) ?? '*'
    for (const path of list(at(rule, 'http.paths')))
      add(at(path, 'backend.service.name'), host, text(record(path)['path']) ?? '')
  }
  return found
}
