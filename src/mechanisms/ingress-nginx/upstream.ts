import { byCreation, byText } from '../kit/age.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Location, locationsOf } from '../ingress/locations.ts'
import { ingressClass } from '../ingress/classes.ts'
import { ingresses } from '../ingress/objects.ts'
import { onceFor } from '../kit/once.ts'
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

/** Ingresses of the class and namespace of one, in the order of the controller. */
export function familyOf(object: LooseObject, store: Store): readonly LooseObject[] {
  const all = store.list(ingresses)
  return (all.known ? familiesIn(all.value).get(nameOfFamily(object)) : undefined) ?? [object]
}

const familiesIn = onceFor((all: readonly LooseObject[]) => Map.groupBy(all.toSorted(byAge), nameOfFamily))

function nameOfFamily(object: LooseObject): string {
  return `${object.metadata.namespace ?? ''} ${ingressClass(object) ?? ''}`
}

/** The oldest first; of one age the last name first, as the controller has it. In files the order is theirs. */
function byAge(a: KubernetesObject, b: KubernetesObject): number {
  const isDated = a.metadata.creationTimestamp !== undefined
  return byCreation(a, b) || (isDated ? byText(b.metadata.name, a.metadata.name) : 0)
}

export function upstreamOf({ service, port }: Location, siblings: readonly LooseObject[]): Upstream {
  const members = siblings.filter(
    (one) =>
      !isCanary(one) &&
      locationsOf(one).some((other) => other.service.name === service.name && other.port === port),
  )
  const sticky = members.filter(hasAffinity)
  return {
    members,
    first: members[0],
    mode: members.find((one) => settingsOf(one).get('affinity-mode') !== undefined),
    cookie: sticky.at(-1),
  }
}

/** The main Ingress of a canary: the one that serves the same host and path. */
export function primaryOf(canary: Location, siblings: readonly LooseObject[]): Location | undefined {
  return siblings
    .filter((one) => !isCanary(one))
    .flatMap((one) => locationsOf(one))
    .find(({ host, path }) => host === canary.host && path === canary.path)
}

/** The part of the requests that a canary draws by weight; undefined where it goes by headers or cookies alone. */
export function weightOf(settings: Settings): number | undefined {
  const weight = settings.number('canary-weight')
  if (weight === undefined) return undefined
  return Math.min(1, weight / (settings.number('canary-weight-total') ?? 100))
}

/** A regular expression on any Ingress of a host makes all paths of the host such. */
export function isRegexHost(host: string, siblings: readonly LooseObject[]): boolean {
  return siblings.some((one) => {
    const settings = settingsOf(one)
    const isRegex = settings.is('use-regex') || (settings.get('rewrite-target') ?? '') !== ''
    return isRegex && locationsOf(one).some((location) => location.host === host)
  })
}
