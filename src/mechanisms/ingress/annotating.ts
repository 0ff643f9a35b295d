import type { CookieWish, Refusal, Wish } from '../../model/affinity/change.ts'
import { isSticky, none } from '../../model/affinity/policy.ts'
import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import { isOfType, type LooseObject, type ObjectType } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { commandFor } from '../../model/targets/command.ts'
import {
  type Changing,
  type Details,
  isRefusal,
  lacksOf,
  overwritten,
  type OwnCookie,
  refusal,
  type Switched,
} from '../changing.ts'
import { annotate } from '../kit/write/annotations.ts'
import { annotationsOf, type IngressController } from '../kit/controller.ts'
import { services } from '../service/objects.ts'
import { behind, type Behind } from './backends.ts'
import { controllerOf } from './controllers.ts'
import { ingressClassObjects, ingresses } from './objects.ts'

/** Annotations as they are to be: null goes away. */
export type AnnotationMarks = Readonly<Record<string, string | null>>

/** How affinity is had from an Ingress controller that reads annotations. All that is said of policies, its `serve` says. */
export interface Dialect {
  /** For `--with`. */
  name: string
  controller: IngressController
  /** Where annotations are put. Those of a Service that has some already count before those of its Ingress. */
  at: 'ingress' | 'service'
  /** What it makes of a cookie that is asked for. */
  cookie: (wish: CookieWish) => OwnCookie
  /** Each Service gets a cookie of its own anyway. */
  isEachItsOwn?: boolean
  /** What has to be read to decide. */
  reads?: readonly ObjectType[]
  /** The annotation by which it goes to the cluster IP. */
  clusterIpKey?: string
  /** What an object gets. */
  marks: (wish: Wish, about: Marked) => AnnotationMarks | Refusal
  /** What an object loses that is not to be sticky. */
  unmarks: (object: KubernetesObject) => AnnotationMarks
  details?: (target: KubernetesObject) => Details
}

/** What annotations are for. */
export interface Marked {
  /** That gets them. */
  object: KubernetesObject
  /** The Services behind it. */
  services: readonly string[]
  store: Store
}

/** Turns affinity on and off by annotations. */
export function annotating(dialect: Dialect): Changing {
  const { name, controller, cookie, reads = [], details } = dialect
  const targets = controller.keys.service.length > 0 ? [ingresses, services] : [ingresses]
  const serves = (object: KubernetesObject, store: Store): boolean =>
    isOfType(object, services) || controllerOf(object, store) === controller
  return {
    name,
    label: controller.name,
    targets,
    reads: [ingressClassObjects, services, ...reads],
    writes: targets,
    serves,
    isOnAsking: (target) => isOfType(target, services),
    lacks: (wish) => lacksOf(cookie(wish), wish),
    ...(details === undefined
      ? {}
      : { details: (target, store) => (serves(target, store) ? details(target) : undefined) }),
    switchOf: (target, store) => {
      if (!serves(target, store)) return undefined
      const around = aroundOf(target, store)
      const all = [...(isOfType(target, ingresses) ? [target] : []), ...servicesIn(around)]
      return {
        before: around.map(({ backend }) => controller.serve(backend, store).policy).find(isSticky) ?? none,
        off: () => all.flatMap((one) => annotate(typeOf(one), one, dialect.unmarks(one))),
        on: (wish) => enabled({ dialect, target, around, store }, wish),
      }
    },
  }
}

/** In front of a Service that is named itself. */
const nobody: LooseObject = { apiVersion: '', kind: ingresses.kind, metadata: { name: '' } }

/** What stands behind a target: behind an Ingress, or a Service itself. */
export function aroundOf(target: KubernetesObject, store: Store): Behind[] {
  if (isOfType(target, ingresses)) return behind(target, store)
  const { namespace = '', name } = target.metadata
  const backend = { ingress: nobody, to: { namespace, name }, service: target as Service }
  return [{ part: name, backend, places: [] }]
}

/** Each Service once. */
export function servicesIn(around: readonly Behind[]): Service[] {
  return [...new Set(around.flatMap(({ backend }) => backend.service ?? []))]
}

function typeOf(object: KubernetesObject): ObjectType {
  return isOfType(object, services) ? services : ingresses
}

interface Known {
  dialect: Dialect
  target: KubernetesObject
  around: readonly Behind[]
  store: Store
}

function enabled({ dialect, target, around, store }: Known, wish: Wish): Switched {
  const { at, controller, marks, unmarks, clusterIpKey = '', isEachItsOwn = false } = dialect
  const names = [...new Set(around.map(({ backend }) => backend.to.name))]
  if (names.length === 0) return refusal('it leads to no Service')
  const found = servicesIn(around)
  const missing = names.filter((name) => !found.some(({ metadata }) => metadata.name === name))
  if (at === 'service' && missing.length > 0)
    return refusal(`service/${missing.join(', service/')} is not there, on which ${controller.name} reads it`)
  const rivals = wish.kind === 'cookie' && !isEachItsOwn ? sharing(around) : []
  if (rivals.length > 0)
    return overwritten(rivals, controller.keys.service.length > 0 ? dialect.name : undefined)
  const changed = new Map<KubernetesObject, AnnotationMarks>()
  const isPlace = (one: KubernetesObject): boolean =>
    one === target || (isOfType(one, services) && (at === 'service' || Object.keys(unmarks(one)).length > 0))
  for (const object of new Set([target, ...found])) {
    // What moves to the Services is not left behind.
    const isLeft = at === 'service' && !isOfType(object, services)
    const wanted = isLeft ? unmarks(object) : marks(wish, { object, services: names, store })
    if (isRefusal(wanted)) return wanted
    if (isPlace(object)) changed.set(object, wanted)
  }
  const played = <T extends KubernetesObject>(object: T): T => withMarks(object, changed.get(object) ?? {})
  const after = around.map(({ backend: { ingress, service, ...rest } }) =>
    controller.serve(
      { ...rest, ingress: played(ingress), service: service === undefined ? undefined : played(service) },
      store,
    ),
  )
  if (after.some(({ arrival }) => arrival === 'cluster-ip'))
    return refusal(
      `${controller.name} sends to the cluster IP, so that nothing of its own keeps a pod`,
      `take ${clusterIpKey} away, or turn the affinity of the Service on`,
    )
  if (after.some(({ policy }) => !isSticky(policy)))
    return refusal(
      `${controller.name} would not keep clients by it: what else is set at it, or runs here, is in the way`,
      `see what:  ${commandFor('explain', { kind: target.kind.toLowerCase(), namespace: target.metadata.namespace ?? 'default', name: target.metadata.name })}`,
    )
  const writes = [...changed].flatMap(([object, wanted]) => annotate(typeOf(object), object, wanted))
  return { after: after[0]?.policy ?? none, writes }
}

/** The Services of which two are behind one host. */
function sharing(around: readonly Behind[]): string[] {
  const hosts = around.map(({ backend, places }) => ({
    name: backend.to.name,
    hosts: places.map(({ host }) => host),
  }))
  const shared = hosts.filter(({ name, hosts: own }) =>
    hosts.some(
      (other) => other.name !== name && own.some((host) => other.hosts.some((one) => isSameHost(host, one))),
    ),
  )
  return [...new Set(shared.map(({ name }) => name))]
}

function isSameHost(one: string, other: string): boolean {
  return one === other || one === '*' || other === '*'
}

/** An object with annotations as they are to be. */
export function withMarks<T extends KubernetesObject>(object: T, marks: AnnotationMarks): T {
  const all = Object.entries({ ...annotationsOf(object as Pick<LooseObject, 'metadata'>), ...marks })
  const annotations = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
  return { ...object, metadata: { ...object.metadata, annotations } }
}
