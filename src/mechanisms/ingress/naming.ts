import type {
  ChangePlan,
  CookieWish,
  FieldTree,
  RawObject,
  Refusal,
  Wish,
  Write,
} from '../../model/affinity/change.ts'
import { isSticky, none } from '../../model/affinity/policy.ts'
import { changedLeaves, isEqual, merge } from '../../model/affinity/fields.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import {
  isOfType,
  keyOf,
  type LooseObject,
  type NamespacedName,
  type ObjectType,
  refOf,
} from '../../model/cluster/object.ts'
import { isOurs, ours } from '../../model/cluster/ours.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Changing, isRefusal, lacksOf, type OwnCookie, refusal, type Switched } from '../changing.ts'
import { annotate } from '../kit/write/annotations.ts'
import type { IngressController, Served } from '../kit/controller.ts'
import { services } from '../service/objects.ts'
import { type AnnotationMarks, aroundOf, servicesIn, withMarks } from './annotating.ts'
import { backendsOf, behindRoute } from '../gateway-api/routes/backends.ts'
import { isServedByLabel } from '../gateway-api/implementations/controllers.ts'
import { gatewayClasses, gateways, grpcRoutes, httpRoutes } from '../gateway-api/objects.ts'
import { at, list } from '../kit/objects/loose.ts'
import { controllerOf } from './controllers.ts'
import { ingressClassObjects, ingresses } from './objects.ts'

/** How affinity is had from an Ingress controller that reads objects which Services name by an annotation. */
export interface PolicyDialect {
  /** For `--with`. */
  name: string
  controller: IngressController
  /** Its implementation of the Gateway API, by its label, which reads what Services name as well. */
  gateway?: string
  /** What a Service names. */
  policy: ObjectType<LooseObject>
  apiVersion: string
  reads?: readonly ObjectType[]
  cookie: (wish: CookieWish, store: Store) => OwnCookie
  /** The object that a Service names. */
  named: (service: Service) => ObjectRef | undefined
  /** The annotations of a Service that names one; with undefined one that names none. */
  naming: (service: Service, name: string | undefined) => AnnotationMarks | Refusal
  /** The spec for a wish, as a merge patch. */
  spec: (wish: Wish) => FieldTree | Refusal
  /** What goes with affinity, where there is some; undefined where there is none. */
  unspec: (policy: LooseObject) => FieldTree | undefined
}

const routes = [httpRoutes, grpcRoutes]

function isRoute(object: KubernetesObject): object is LooseObject {
  return routes.some((type) => isOfType(object, type))
}

/** Turns affinity on and off in objects that Services name. */
export function naming(dialect: PolicyDialect): Changing {
  const { name, controller, policy, cookie, reads = [], gateway } = dialect
  const ofRoutes = gateway === undefined ? [] : routes
  const serves = (object: KubernetesObject, store: Store): boolean => {
    if (isOfType(object, services)) return true
    if (!isRoute(object)) return controllerOf(object, store) === controller
    return gateway !== undefined && isServedByLabel(object, store, gateway)
  }
  return {
    name,
    label: controller.name,
    targets: [ingresses, services, ...ofRoutes],
    reads: [
      ingressClassObjects,
      services,
      policy,
      ...(gateway === undefined ? [] : [gateways, gatewayClasses]),
      ...reads,
    ],
    writes: [services, policy],
    makes: [policy],
    serves,
    isOnAsking: (target) => isOfType(target, services),
    lacks: (wish, _target, store) => lacksOf(cookie(wish, store), wish),
    switchOf: (target, store) => {
      if (!serves(target, store)) return undefined
      const around = isRoute(target) ? behindRoute(target, store) : aroundOf(target, store)
      const served = (at: Store, changed: ReadonlyMap<Service, Service>): Served[] =>
        around.map(({ backend: { service, ...rest } }) => {
          const now = service === undefined ? undefined : (changed.get(service) ?? service)
          return controller.serve({ ...rest, service: now }, at)
        })
      const all = servicesIn(around)
      const on = (wish: Wish): Switched => {
        const names = new Set(around.map(({ backend }) => backend.to.name))
        if (all.length < names.size || all.length === 0)
          return refusal(`a Service behind it is not there, on which ${controller.name} reads what counts`)
        const done = given(dialect, wish, all, store)
        if ('refused' in done) return done
        const nameAt = (to: NamespacedName): string => {
          const service = store.get(services, to)
          return service === undefined
            ? ''
            : (dialect.named(done.changed.get(service) ?? service)?.name ?? '')
        }
        if (isRoute(target) && isDivided(target, nameAt))
          return refusal(
            `a rule sends to several Services, and ${controller.name} takes a ${policy.kind} only where all of them name the same one`,
            `let them name one by ${controller.keys.service[0] ?? ''}`,
          )
        const after = served(done.store, done.changed)
        if (after.some(({ arrival }) => arrival === 'cluster-ip'))
          return refusal(
            `${controller.name} sends to the cluster IP, so that nothing of its own keeps a pod`,
            'turn the affinity of the Service on',
          )
        if (!after.every(({ policy: one }) => isSticky(one)))
          return refusal(
            `${controller.name} would not keep clients by it: what else is set there is in the way`,
          )
        return { after: after[0]?.policy ?? none, writes: done.writes, notices: done.notices }
      }
      const policies = served(store, new Map()).map(({ policy: one }) => one)
      return {
        before: policies.find(isSticky) ?? none,
        isShared: isRoute(target),
        off: () => all.flatMap((one) => taken(dialect, one, all, store)),
        on,
      }
    },
  }
}

/** Whether the Services of a rule name different things. */
function isDivided(route: LooseObject, nameOf: (to: NamespacedName) => string): boolean {
  return list(at(route.spec, 'rules')).some(
    (rule) => new Set(backendsOf(rule, route).map(({ to }) => nameOf(to))).size > 1,
  )
}

interface Given extends Pick<ChangePlan, 'writes' | 'notices'> {
  changed: ReadonlyMap<Service, Service>
  /** With the objects as they will be. */
  store: Store
}

function given(
  { policy: type, apiVersion, named, naming: marksFor, spec, controller }: PolicyDialect,
  wish: Wish,
  all: readonly Service[],
  store: Store,
): Given | Refusal {
  const fields = spec(wish)
  if (isRefusal(fields)) return fields
  const changed = new Map<Service, Service>()
  const policies = new Map<string, LooseObject>()
  const writes = new Map<string, Write[]>()
  for (const service of all) {
    const { namespace, name } = service.metadata
    const ref = named(service)
    if (ref !== undefined) {
      const object = store.get(type, { namespace: ref.namespace ?? '', name: ref.name })
      if (object === undefined)
        return refusal(`service/${name} names ${type.kind} ${ref.name}, which could not be seen`)
      const write = { how: 'patch', type, object, fields: { spec: fields } } as const
      writes.set(keyOf(ref), changedLeaves(write).length === 0 ? [] : [write])
      policies.set(ref.name, merge(object as unknown as RawObject, write.fields) as unknown as LooseObject)
      continue
    }
    if (store.get(type, { namespace: namespace ?? '', name }) !== undefined)
      return refusal(
        `there is a ${type.kind} ${name} that service/${name} does not name`,
        `let the Service name it by ${controller.keys.service[0] ?? ''}`,
      )
    const marks = marksFor(service, name)
    if (isRefusal(marks)) return marks
    const made = { name, ...(namespace === undefined ? {} : { namespace }), labels: ours }
    const object = { apiVersion, kind: type.kind, metadata: made, spec: merge({}, fields) }
    writes.set(name, [{ how: 'create', type, object }, ...annotate(services, service, marks)])
    policies.set(name, object)
    changed.set(service, withMarks(service, marks))
  }
  const others = sharersOf(named, all, [...policies.keys()], store)
  const notices = others.map((one) => ({ message: `service/${one} names the same ${type.kind}`, hints: [] }))
  const get = ((of, at) =>
    ((of as ObjectType) === type ? policies.get(at.name) : undefined) ?? store.get(of, at)) as Store['get']
  return { writes: [...writes.values()].flat(), notices, changed, store: { ...store, get } }
}

/** What goes: an object that was made for it whole, else what of it keeps clients. */
function taken(
  { policy: type, named, naming: marksFor, unspec }: PolicyDialect,
  service: Service,
  all: readonly Service[],
  store: Store,
): Write[] {
  const ref = named(service)
  const object =
    ref === undefined ? undefined : store.get(type, { namespace: ref.namespace ?? '', name: ref.name })
  const gone = object === undefined ? undefined : unspec(object)
  if (object === undefined || gone === undefined) return []
  const left = merge((object.spec ?? {}) as RawObject, gone)
  const isWhole = isOurs(object) && isEqual(left, {})
  const isShared = sharersOf(named, [service], [object.metadata.name], store).length > 0
  if (!isWhole || isShared) {
    const isFirst = all.find((one) => named(one)?.name === object.metadata.name) === service
    return isFirst ? [{ how: 'patch', type, object, fields: { spec: gone } }] : []
  }
  const marks = marksFor(service, undefined)
  return [...(isRefusal(marks) ? [] : annotate(services, service, marks)), { how: 'delete', type, object }]
}

/** Other Services that name these objects. */
function sharersOf(
  named: PolicyDialect['named'],
  mine: readonly Service[],
  names: readonly string[],
  store: Store,
): string[] {
  const all = store.list(services)
  const own = new Set(mine.map((one) => keyOf(refOf(one))))
  const namespace = mine[0]?.metadata.namespace
  return (all.known ? all.value : [])
    .filter((one) => !own.has(keyOf(refOf(one))) && one.metadata.namespace === namespace)
    .filter((one) => names.includes(named(one)?.name ?? ''))
    .map((one) => one.metadata.name)
}
