import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import type { IngressBackend } from '../kit/controller.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { services } from '../service/objects.ts'
import type { Location } from './locations.ts'

interface HostPath {
  host: string
  path: string
}

/** A Service behind an Ingress, by one of its ports, and all hosts and paths that lead there; `*` for any host. */
export interface Behind {
  /** Tells it from others of the Ingress. */
  part: string
  backend: IngressBackend
  places: readonly HostPath[]
}

/** What stands behind an Ingress. */
export function behind(ingress: LooseObject, store: Store): Behind[] {
  const { spec, metadata } = ingress
  const found = new Map<string, Behind & { places: HostPath[] }>()
  const add = (given: unknown, host: string, path: string): void => {
    const name = text(at(given, 'name'))
    if (name === undefined) return
    const number = at(given, 'port.number')
    const port = typeof number === 'number' ? number : text(at(given, 'port.name'))
    const part = port === undefined ? name : `${name}:${port}`
    const to = { namespace: metadata.namespace ?? '', name }
    const backend = { ingress, to, service: store.get(services, to), ...(port === undefined ? {} : { port }) }
    const one = found.get(part) ?? { part, backend, places: new Array<HostPath>() }
    found.set(part, one)
    if (!one.places.some((place) => place.host === host && place.path === path))
      one.places.push({ host, path })
  }
  add(at(spec, 'defaultBackend.service'), '*', '')
  for (const rule of list(at(spec, 'rules'))) {
    const host = text(record(rule)['host']) ?? '*'
    for (const path of list(at(rule, 'http.paths')))
      add(at(path, 'backend.service'), host, text(record(path)['path']) ?? '')
  }
  return [...found.values()]
}

type Destination = Pick<Location, 'service' | 'port'>

/** Whether two are known to lead to the same pods, at the same port of them: their addresses are one list. */
export function leadToSamePods(one: Destination, other: Destination, store: Store): boolean {
  const [mine, theirs] = [one, other].map(({ service, port }) => podsOf(store.get(services, service), port))
  return mine !== undefined && mine === theirs
}

function podsOf(service: Service | undefined, port: string): string | undefined {
  const { selector = {}, ports = [] } = service?.spec ?? {}
  const found = ports.find((one) => String(one.port) === port || one.name === port)
  if (found === undefined || Object.keys(selector).length === 0) return undefined
  const pairs = Object.entries(selector).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([pairs, found.targetPort ?? found.port])
}
