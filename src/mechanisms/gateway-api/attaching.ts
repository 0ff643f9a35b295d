import type { CookieWish, Wish } from '../../model/affinity/intent.ts'
import { changedLeaves, isEqual, merge } from '../../model/affinity/fields.ts'
import { type Policy, isSticky, none } from '../../model/affinity/policy.ts'
import type { RawObject } from '../../model/affinity/change.ts'
import type { ChangePlan, FieldsWrite, FieldTree, Refusal, Write } from '../../model/affinity/write.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import {
  distinctObjects,
  type LooseObject,
  type ObjectType,
  refOf,
  refTo,
} from '../../model/cluster/object.ts'
import { isOurs, ours } from '../../model/cluster/ours.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Store } from '../../model/cluster/store.ts'
import {
  type Changing,
  isRefusal,
  lacksOf,
  type OwnCookie,
  planOf,
  refusal,
  unfitFor,
  unsaid,
} from '../changing.ts'
import { at, list, record } from '../kit/loose.ts'
import { policiesFor } from '../kit/targeting.ts'
import { services } from '../service/objects.ts'
import { backendsOf, behindRoute } from './backends.ts'
import { isServedByLabel } from './controllers.ts'
import { gatewayClasses, gateways, httpRoutes } from './objects.ts'
import { defined } from '../../model/common/defined.ts'

/** A kind of policy that points at what it is for, and how affinity stands in it. */
export interface AttachedKind {
  type: ObjectType<LooseObject>
  apiVersion: string
  /** How it names what it is for. */
  ref: 'targetRef' | 'targetRefs'
  policyOf: (policy: LooseObject) => Policy | undefined
  /** What goes with affinity, as a merge patch of its spec. */
  unspec: (policy: LooseObject) => FieldTree
  /** What the API server fills in. */
  filled?: FieldTree
}

/** How affinity is had from a controller of Gateways that reads policies attached to routes or Services. */
export interface AttachingDialect {
  /** For `--with`. */
  name: string
  label: string
  /** The implementation, by its label, whose gateways it is for. */
  implementation: string
  at: 'route' | 'service'
  kinds: readonly AttachedKind[]
  cookie: (wish: CookieWish) => OwnCookie
  /** What a policy has to say for a wish, as a merge patch of its spec. */
  chosen: (wish: Wish) => { kind: AttachedKind; spec: FieldTree } | Refusal
  /** What is to be said of a wish. */
  remark?: (wish: Wish) => string | undefined
  /** A rule that sends to several Services draws one of them for every request. */
  drawsServices?: boolean
}

/** Turns affinity on and off in policies that point at an HTTPRoute, or at the Services behind it. */
export function attaching(dialect: AttachingDialect): Changing {
  const { name, label, implementation, kinds, cookie } = dialect
  const types = kinds.map(({ type }) => type)
  const serves = (route: LooseObject, store: Store): boolean => isServedByLabel(route, store, implementation)
  return {
    name,
    label,
    targets: [httpRoutes],
    reads: [gateways, gatewayClasses, ...(dialect.at === 'service' ? [services] : []), ...types],
    writes: types,
    makes: types,
    isByService: dialect.at === 'service',
    serves,
    lacks: (wish) => lacksOf(cookie(wish), wish),
    plan: (target, request, store) => {
      const route = target as LooseObject
      if (!serves(route, store)) return undefined
      const places = placesOf(dialect, route, store)
      const held = kinds.flatMap((kind) =>
        places.flatMap((place) =>
          policiesFor(kind.type, place, store).map((object) => ({
            kind,
            object,
            policy: kind.policyOf(object),
          })),
        ),
      )
      const sticky = distinctObjects(
        held.filter(({ policy }) => policy !== undefined && isSticky(policy)),
        ({ object }) => refOf(object),
      )
      const before = sticky[0]?.policy ?? none
      if (request.verb === 'disable') {
        const writes = sticky.flatMap(({ kind, object }) => taken(kind, object))
        // What else stands in a route may be there in vain.
        return writes.length === 0 ? undefined : planOf({ before, after: none, writes })
      }
      if (request.by === undefined) return unsaid
      return enabled({ dialect, route, places, store, before, sticky }, request.by)
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
  before: Policy
  sticky: readonly Held[]
}

function enabled({ dialect, route, places, store, before, sticky }: Known, wish: Wish): ChangePlan | Refusal {
  const { label, cookie, chosen, remark, drawsServices = false } = dialect
  const unfit = wish.kind === 'cookie' ? unfitFor(cookie(wish), wish) : undefined
  if (unfit !== undefined) return unfit
  if (places.length === 0) return refusal('it leads to no Service')
  if (drawsServices && list(at(route.spec, 'rules')).some((rule) => backendsOf(rule, route).length > 1))
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
  const others = sticky.filter((one) => one.kind !== kind).flatMap((one) => taken(one.kind, one.object))
  const found = places.map((place) => given(kind, spec, place, store))
  const refused = found.find(isRefusal)
  if (refused !== undefined) return refused
  const all = found.flatMap((one) => (isRefusal(one) ? [] : [one]))
  const said = remark?.(wish)
  return planOf({
    before,
    after: kind.policyOf(all[0]!.object) ?? none,
    writes: [...others, ...all.flatMap(({ writes }) => writes)],
    ...(said === undefined ? {} : { notices: [{ message: said, hints: [] }] }),
  })
}

/** What policies are to point at. */
function placesOf({ at: where }: AttachingDialect, route: LooseObject, store: Store): ObjectRef[] {
  if (where === 'route') return [refOf(route)]
  return behindRoute(route, store).map(({ backend }) => refTo(services, backend.to))
}

/** The policy of a place with what is wanted: that which is there, or a new one. */
function given(
  { type, apiVersion, ref }: AttachedKind,
  spec: FieldTree,
  place: ObjectRef,
  store: Store,
): { writes: Write[]; object: LooseObject } | Refusal {
  const [policy] = policiesFor(type, place, store)
  if (policy !== undefined) {
    const write: FieldsWrite = { how: 'patch', type, object: policy, fields: { spec } }
    const object = merge(policy as unknown as RawObject, write.fields) as unknown as LooseObject
    return { object, writes: changedLeaves(write).length === 0 ? [] : [write] }
  }
  const { kind, group = '', namespace, name } = place
  if (store.get(type, of(place)) !== undefined)
    return refusal(
      `there is a ${type.kind} ${name} that is for something else`,
      `let it name ${kind.toLowerCase()}/${name} in spec.${ref}, or call it something else`,
    )
  const target = { group, kind, name }
  const object = {
    apiVersion,
    kind: type.kind,
    metadata: defined({ name, namespace, labels: ours }),
    spec: { [ref]: ref === 'targetRefs' ? [target] : target, ...merge({}, spec) },
  } as unknown as LooseObject
  return { object, writes: [{ how: 'create', type, object: object as unknown as KubernetesObject }] }
}

/** Takes affinity out of a policy, and the policy with it if it was made for it. */
function taken({ type, ref, unspec, filled = {} }: AttachedKind, object: LooseObject): Write[] {
  const { [ref]: _, ...rest } = record(object.spec)
  const spec = unspec(object)
  const left = Object.entries(merge(rest as RawObject, spec))
  const isNothing = left.every(([name, value]) => isEqual(value, filled[name]))
  if (isOurs(object) && isNothing) return [{ how: 'delete', type, object }]
  return [{ how: 'patch', type, object, fields: { spec } }]
}

function of({ namespace = '', name }: ObjectRef): { namespace: string; name: string } {
  return { namespace, name }
}
