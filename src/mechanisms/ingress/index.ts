import { type LooseObject, refOf } from '../../model/object.ts'
import type { Leg } from '../../model/leg.ts'
import type { Store } from '../../model/store.ts'
import { hostEntry, sendingLegs } from '../kit/front.ts'
import { at, list, record, text } from '../kit/loose.ts'
import { anyKind } from '../../model/target.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { services } from '../service/objects.ts'
import { ingressClass, ingressClasses } from './classes.ts'
import { controllerOf } from './controllers.ts'
import { ingressKind } from './kind.ts'
import { ingresses } from './objects.ts'

/** Ingress of networking.k8s.io, whoever implements it. */
export const ingress: Mechanism = {
  name: 'ingress',
  label: 'Ingress',
  targets: [anyKind(ingressKind)],
  routes: [ingresses],
  reads: [ingressClasses],
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
