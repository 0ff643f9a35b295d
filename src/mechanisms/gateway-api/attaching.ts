import type {
  CookieWish,
  FieldsWrite,
  FieldTree,
  RawObject,
  Refusal,
  Wish,
  Write,
} from '../../model/affinity/change.ts'
import { changedLeaves, isEqual, merge } from '../../model/affinity/fields.ts'
import { type Policy, isSticky, none } from '../../model/affinity/policy.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import {
  type LooseObject,
  type NamespacedName,
  type ObjectType,
  keyOf,
  refOf,
  refTo,
} from '../../model/cluster/object.ts'
import { isOurs, ours } from '../../model/cluster/ours.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Changing, isRefusal, lacksOf, type OwnCookie, refusal, type Switched } from '../changing.ts'
import { at, list, record } from '../kit/objects/loose.ts'
import { policiesFor } from '../kit/objects/targeting.ts'
import { services } from '../service/objects.ts'
import { backendsOf } from './routes/backends.ts'
import { isServedByLabel } from './implementations/controllers.ts'
import { gatewayClasses, gateways, httpRoutes } from './objects.ts'
import { defined, distinctBy } from '../../model/common/values.ts'

/** A kind of policy that is for a route or a Service, and how affinity stands in it. */
export interface AttachedKind {
  type: ObjectType<LooseObject>
  apiVersion: string
  /** How it points at what it is for; one without is for what has its name. */
  ref?: 'targetRef' | 'targetRefs'
  policyOf: (policy: LooseObject) => Policy | undefined
  /** What goes with affinity, as a merge patch of its spec. */
  unspec: (policy: LooseObject) => FieldTree
  /** What the API server fills in. */
  filled?: FieldTree
}

/** What stands in front of Services, and is named to change what keeps clients there. */
export interface Fronts {
  targets: readonly ObjectType[]
  reads: readonly ObjectType[]
  serves: (route: LooseObject, store: Store) => boolean
  /** The Services of each of its rules. */
  rules: (route: LooseObject, store: Store) => readonly (readonly NamespacedName[])[]
  /** Why nothing would come of it there. */
  refuse?: (route: LooseObject, store: Store) => Refusal | undefined
}

/** Routes at Gateways of an implementation, by its label. */
export function routesAt(implementation: string, targets: readonly ObjectType[] = [httpRoutes]): Fronts {
  return {
    targets,
    reads: [gateways, gatewayClasses],
    serves: (route, store) => isServedByLabel(route, store, implementation),
    rules: (route) =>
      list(at(route.spec, 'rules')).map((rule) => backendsOf(rule, route).map(({ to }) => to)),
  }
}

/** How affinity is had from a controller that reads policies attached to routes or Services. */
export interface AttachingDialect {
  /** For `--with`. */
  name: string
  label: string
  fronts: Fronts
  at: 'route' | 'service'
  kinds: readonly AttachedKind[]
  cookie: (wish: CookieWish) => OwnCookie
  /** What a policy has to say for a wish, as a merge patch of its spec. */
  chosen: (wish: Wish) => { kind: AttachedKind; spec: FieldTree } | Refusal
  /** What keeps clients by the route itself, and how it is taken out of it. */
  inRoute?: {
    type: ObjectType<LooseObject>
    reads: ObjectType<LooseObject>
    policyOf: (route: LooseObject, store: Store) => Policy
    without: (route: LooseObject) => readonly Write[]
  }
  /** What is to be said of a wish. */
  remark?: (wish: Wish) => string | undefined
  /** A rule that sends to several Services draws one of them for every request. */
  drawsServices?: boolean
}

/** Turns affinity on and off in policies that are for a route, or for the Services behind it. */
export function attaching(dialect: AttachingDialect): Changing {
  const { name, label, fronts, kinds, cookie, inRoute } = dialect
  const types = kinds.map(({ type }) => type)
  const { targets, serves } = fronts
  return {
    name,
    label,
    targets,
    reads: [
      ...fronts.reads,
      ...(dialect.at === 'service' ? [services] : []),
      ...types,
      ...(inRoute === undefined ? [] : [inRoute.reads]),
    ],
    writes: [...types, ...(inRoute === undefined ? [] : [inRoute.type])],
    makes: types,
    isByService: dialect.at === 'service',
    serves,
    lacks: (wish) => lacksOf(cookie(wish), wish),
    switchOf: (target, store) => {
      const route = target as LooseObject
      if (!serves(route, store)) return undefined
      const places = placesOf(dialect, route, store)
      const held = kinds.flatMap((kind) =>
        places.flatMap((place) =>
          policiesOf(kind, place, store).map((object) => ({
            kind,
            object,
            policy: kind.policyOf(object),
          })),
        ),
      )
      const sticky = distinctBy(
        held.filter(({ policy }) => policy !== undefined && isSticky(policy)),
        ({ object }) => keyOf(refOf(object)),
      )
      return {
        before: sticky[0]?.policy ?? inRoute?.policyOf(route, store) ?? none,
        isShared: targets.includes(httpRoutes),
        off: () => [
          ...sticky.flatMap(({ kind, object }) => taken(kind, object)),
          ...(inRoute?.without(route) ?? []),
        ],
        on: (wish) => enabled({ dialect, route, places, store, sticky }, wish),
      }
    },
  }
}

interface Held {
  kind: AttachedKind
  object: LooseObject
}

interface Known {
  dialect: AttachingDialect
  route: LooseObject
  places: readonly ObjectRef[]
  store: Store
  sticky: readonly Held[]
}

function enabled({ dialect, route, places, store, sticky }: Known, wish: Wish): Switched {
  const { label, fronts, chosen, remark, drawsServices = false } = dialect
  if (places.length === 0) return refusal('it leads to no Service')
  const inVain = fronts.refuse?.(route, store)
  if (inVain !== undefined) return inVain
  if (drawsServices && fronts.rules(route, store).some((sent) => sent.length > 1))
    return refusal(
      `a rule has several Services: ${label} draws one of them for every request, whatever is set for each`,
      'leave one of them in each rule, or pick them by a match on a header',
    )
  const wanted = chosen(wish)
  if (isRefusal(wanted)) return wanted
  const { kind, spec } = wanted
  const missing = places.find(
    (one) => one.kind === services.kind && store.get(services, of(one)) === undefined,
  )
  if (missing !== undefined)
    return refusal(`service/${missing.name} is not there, which the ${kind.type.kind} would be for`)
  // Two that say something are one too many.
  const inKinds = sticky.filter((one) => one.kind !== kind).flatMap((one) => taken(one.kind, one.object))
  const others = [...inKinds, ...(dialect.inRoute?.without(route) ?? [])]
  const found = places.map((place) => given(kind, spec, place, store))
  const refused = found.find(isRefusal)
  if (refused !== undefined) return refused
  const all = found.flatMap((one) => (isRefusal(one) ? [] : [one]))
  const said = remark?.(wish)
  return {
    after: kind.policyOf(all[0]!.object) ?? none,
    writes: [...others, ...all.flatMap(({ writes }) => writes)],
    ...(said === undefined ? {} : { notices: [{ message: said, hints: [] }] }),
  }
}

/** What policies are to be for, each once. */
function placesOf({ at: where, fronts }: AttachingDialect, route: LooseObject, store: Store): ObjectRef[] {
  if (where === 'route') return [refOf(route)]
  const all = fronts.rules(route, store).flatMap((sent) => sent.map((to) => refTo(services, to)))
  return distinctBy(all, keyOf)
}

function policiesOf({ type, ref }: AttachedKind, place: ObjectRef, store: Store): readonly LooseObject[] {
  if (ref !== undefined) return policiesFor(type, place, store)
  const own = store.get(type, of(place))
  return own === undefined ? [] : [own]
}

/** The policy of a place with what is wanted: that which is there, or a new one. */
function given(
  attached: AttachedKind,
  spec: FieldTree,
  place: ObjectRef,
  store: Store,
): { writes: Write[]; object: LooseObject } | Refusal {
  const { type, apiVersion, ref } = attached
  const [policy] = policiesOf(attached, place, store)
  if (policy !== undefined) {
    const write: FieldsWrite = { how: 'patch', type, object: policy, fields: { spec } }
    const object = merge(policy as unknown as RawObject, write.fields) as unknown as LooseObject
    return { object, writes: changedLeaves(write).length === 0 ? [] : [write] }
  }
  const { kind, group = '', namespace, name } = place
  if (ref !== undefined && store.get(type, of(place)) !== undefined)
    return refusal(
      `there is a ${type.kind} ${name} that is for something else`,
      `let it name ${kind.toLowerCase()}/${name} in spec.${ref}, or call it something else`,
    )
  const target = { group, kind, name }
  const pointing = ref === undefined ? {} : { [ref]: ref === 'targetRefs' ? [target] : target }
  const object = {
    apiVersion,
    kind: type.kind,
    metadata: defined({ name, namespace, labels: ours }),
    spec: { ...pointing, ...merge({}, spec) },
  } as unknown as LooseObject
  return { object, writes: [{ how: 'create', type, object: object as unknown as KubernetesObject }] }
}

/** Takes affinity out of a policy, and the policy with it if it was made for it. */
function taken({ type, ref, unspec, filled = {} }: AttachedKind, object: LooseObject): Write[] {
  const spec = unspec(object)
  const left = Object.entries(merge(record(object.spec), spec))
  const isNothing = left.every(([name, value]) => name === ref || isEqual(value, filled[name]))
  if (isOurs(object) && isNothing) return [{ how: 'delete', type, object }]
  return [{ how: 'patch', type, object, fields: { spec } }]
}

function of({ namespace = '', name }: ObjectRef): { namespace: string; name: string } {
  return { namespace, name }
}
