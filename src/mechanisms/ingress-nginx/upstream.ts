import { byCreation, byText } from '../kit/objects/age.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Location, locationsOf } from '../ingress/locations.ts'
import { ingressClass, ingresses } from '../ingress/objects.ts'
import { onceFor } from '../kit/objects/once.ts'
import { type Settings, settingsOf } from './settings.ts'

/**
 * What is said of one Service and port, which all Ingresses share: an upstream of nginx. Who says what, by the order in
 * which the controller takes Ingresses, the oldest first (kubernetes/ingress-nginx v1.15.1,
 * internal/ingress/controller/controller.go, createUpstreams and getBackendServers).
 */
export interface Upstream {
  /** The Ingresses that lead there, but for canaries. */
  members: readonly LooseObject[]
  /** The first: its hash and its service-upstream count. */
  first: LooseObject | undefined
  /** The first that gives a mode, with affinity or without: that one counts. */
  mode: LooseObject | undefined
  /** The last with affinity: its cookie counts. */
  cookie: LooseObject | undefined
}

export function isCanary(object: LooseObject): boolean {
  return settingsOf(object).is('canary')
}

export function hasAffinity(object: LooseObject): boolean {
  return settingsOf(object).get('affinity') === 'cookie'
}

/** Ingresses of the class of one, of all namespaces, in the order of the controller: they share hosts and canaries. */
export function familyOf(object: LooseObject, store: Store): readonly LooseObject[] {
  const all = store.list(ingresses)
  return (all.known ? familiesIn(all.value).get(nameOfFamily(object)) : undefined) ?? [object]
}

const familiesIn = onceFor((all: readonly LooseObject[]) => Map.groupBy(all.toSorted(byAge), nameOfFamily))

function nameOfFamily(object: LooseObject): string {
  return ingressClass(object) ?? ''
}

/** The oldest first; of one age the last name first, as the controller has it. In files the order is theirs. */
function byAge(a: KubernetesObject, b: KubernetesObject): number {
  const isDated = a.metadata.creationTimestamp !== undefined
  return byCreation(a, b) || (isDated ? byText(b.metadata.name, a.metadata.name) : 0)
}

/** What the Ingresses of a family lead to; there may be hundreds of them, and each asks for all of its locations. */
const indexIn = onceFor((siblings: readonly LooseObject[]) => {
  const mains = siblings.filter((one) => !isCanary(one)).flatMap((one) => locationsOf(one))
  const isRegex = (one: LooseObject): boolean => {
    const settings = settingsOf(one)
    return settings.is('use-regex') || (settings.get('rewrite-target') ?? '') !== ''
  }
  return {
    members: Map.groupBy(mains, upstreamKey),
    mains: Map.groupBy(mains, placeKey),
    canaries: Map.groupBy(siblings.filter(isCanary).flatMap(locationsOf), placeKey),
    regexHosts: new Set(siblings.filter(isRegex).flatMap((one) => locationsOf(one).map(({ host }) => host))),
  }
})

function upstreamKey({ service, port }: Location): string {
  return `${service.namespace} ${service.name} ${port}`
}

/** A canary is merged where the type of the path is the same, too (mergeAlternativeBackends). */
function placeKey({ host, path, pathType }: Location): string {
  return `${host} ${path} ${pathType ?? ''}`
}

export function upstreamOf(location: Location, siblings: readonly LooseObject[]): Upstream {
  const own = indexIn(siblings).members.get(upstreamKey(location)) ?? []
  const members = [...new Set(own.map(({ object }) => object))]
  return {
    members,
    first: members[0],
    mode: members.find((one) => settingsOf(one).get('affinity-mode') !== undefined),
    cookie: members.findLast(hasAffinity),
  }
}

/** The main Ingress of a canary: the one that serves the same host and path. */
export function primaryOf(canary: Location, siblings: readonly LooseObject[]): Location | undefined {
  return indexIn(siblings).mains.get(placeKey(canary))?.[0]
}

/** The canaries of a host and path, each once. */
export function canariesOf(main: Location, siblings: readonly LooseObject[]): LooseObject[] {
  const found = indexIn(siblings).canaries.get(placeKey(main)) ?? []
  return [...new Set(found.map(({ object }) => object))]
}

/** The part of the requests that a canary draws by weight; undefined where it goes by headers or cookies alone. */
export function weightOf(settings: Settings): number | undefined {
  const weight = settings.number('canary-weight')
  if (weight === undefined) return undefined
  return Math.min(1, weight / (settings.number('canary-weight-total') ?? 100))
}

/** A regular expression on any Ingress of a host makes all paths of the host such. */
export function isRegexHost(host: string, siblings: readonly LooseObject[]): boolean {
  return indexIn(siblings).regexHosts.has(host)
}
