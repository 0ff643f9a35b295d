import { slipOf } from '../../model/common/words/spelling.ts'
import { sticks } from '../../model/affinity/policy.ts'
import type { Analyzer } from '../analyzer.ts'
import { keyOf, type LooseObject, refOf, refTo } from '../../model/cluster/object.ts'
import { type FactType, mapFact, type Store } from '../../model/cluster/store.ts'
import { renamed } from '../kit/write/annotations.ts'
import { enabling } from '../kit/write/enabling.ts'
import { annotationField, annotationsOf, type IngressController, type Slip } from '../kit/controller.ts'
import { onceFor } from '../kit/objects/once.ts'
import { httpRoutes } from '../gateway-api/objects.ts'
import { haproxytech } from '../haproxy/haproxytech.ts'
import { jcmoraisjr } from '../haproxy/jcmoraisjr.ts'
import { nginxInc } from '../nginx-inc/controller.ts'
import { services } from '../service/objects.ts'
import { ingressAnalyzer, placedAt } from './analyzer.ts'
import { behind } from './backends.ts'
import { controller as ingressNginx } from '../ingress-nginx/controller.ts'
import { controllerOf, ingressControllers, keysOfControllers } from './controllers.ts'
import { ingresses } from './objects.ts'

/** Annotations of another controller, where the one that serves the Ingress spreads requests. */
const foreign = ingressAnalyzer({
  codes: ['AFF-L7-FOREIGN-ANNOTATION'],
  analyse: ({ ingress, controller, backends }, { store }, report) => {
    // Manifests for several clusters carry those of several controllers.
    if (backends.some((backend) => sticks(controller.serve(backend, store).policy) !== false)) return
    const behind = new Set(backends.flatMap(({ service }) => service ?? []))
    for (const object of [ingress, ...behind]) {
      const on = object === ingress ? 'ingress' : 'service'
      let rest = foreignKeys(object, on, controller)
      for (const other of rest.length === 0 ? [] : ingressControllers) {
        if (other === controller) continue
        const keys = other.keys[on]
        const [first, ...more] = rest.filter((key) => keys.includes(key))
        // Some are read by several controllers; the first is whose they are.
        rest = rest.filter((key) => !keys.includes(key))
        if (first === undefined || (object !== ingress && mayBeServedBy(other, object, store))) continue
        const also = more.length === 0 ? '' : ` (and ${more.map((key) => lastPart(key)).join(', ')})`
        report('AFF-L7-FOREIGN-ANNOTATION', {
          message: `${first}${also} is an annotation of ${other.name}: ${controller.name} serves ${object === ingress ? 'this Ingress' : `ingress/${ingress.metadata.name}`}, and does not read it`,
          why: 'Nothing comes of it: clients do not stay on a pod.',
          mend: [`ask ${controller.name} for it: ${controller.instead}`],
          ...placedAt(object, annotationField(first)),
        })
      }
    }
  },
})

/** Whether another controller could lead to a Service as well: by an Ingress of its own, or by routes. */
function mayBeServedBy(other: IngressController, { metadata }: LooseObject, store: Store): boolean {
  const serving = store.fact(servingControllers)
  const routes = store.list(httpRoutes)
  return (
    !serving.known ||
    serving.value.has(other) ||
    (routes.known && namespacesOf(routes.value).has(metadata.namespace))
  )
}

/** Thousands of Services may carry such annotations: what is asked of all Ingresses is worked out once. */
const servingControllers: FactType<ReadonlySet<IngressController | undefined>> = {
  name: 'controllers of Ingresses',
  what: 'the controllers of Ingresses',
  derive: (store) =>
    mapFact(store.list(ingresses), (all) => new Set(all.map((one) => controllerOf(one, store)))),
}

const namespacesOf = onceFor(
  (routes: readonly LooseObject[]) => new Set(routes.map(({ metadata }) => metadata.namespace)),
)

/** The annotations that some controller reads on such an object, and this one on none. */
function foreignKeys(
  object: LooseObject,
  on: 'ingress' | 'service',
  { keys: own }: IngressController,
): string[] {
  return Object.keys(annotationsOf(object)).filter(
    (key) =>
      keysOfControllers[on].has(key) &&
      !own.ingress.includes(key) &&
      !own.service.includes(key) &&
      // The prefix of old had several owners.
      !key.startsWith('ingress.kubernetes.io/'),
  )
}

/** Thousands of Ingresses have the same few annotations. */
const knownSlips = onceFor((_controller: IngressController) => new Map<string, Slip | undefined>())

function slipFor(controller: IngressController, key: string, on: 'ingress' | 'service'): Slip | undefined {
  const known = knownSlips(controller)
  const place = `${on} ${key}`
  if (!known.has(place))
    known.set(place, (controller.slip ?? slipIn(controller))(key, on) ?? slipInPrefix(controller, key, on))
  return known.get(place)
}

/** Slips in the annotations of the controller that serves. */
const misspelt = ingressAnalyzer({
  codes: ['AFF-L7-MISSPELT-ANNOTATION'],
  analyse: ({ ingress, controller, backends }, _view, report) => {
    const services = new Set<LooseObject>(backends.flatMap(({ service }) => service ?? []))
    const pairs = [
      { object: ingress, on: 'ingress' as const },
      ...[...services].map((object) => ({ object, on: 'service' as const })),
    ]
    for (const { object, on } of pairs)
      for (const key of Object.keys(annotationsOf(object))) {
        const slip = slipFor(controller, key, on)
        if (slip === undefined) continue
        const { meant, instead, hasPrefix } = slip
        report('AFF-L7-MISSPELT-ANNOTATION', {
          message: `${controller.name} has no annotation ${key}${meant === undefined ? '' : `: did you mean ${hasPrefix === true ? meant : lastPart(meant)}?`}`,
          why: 'Annotations that a controller does not know have no effect, and nobody says so.',
          mend:
            meant === undefined
              ? [instead].filter((one) => one !== undefined)
              : [renamed(object, key, meant)],
          ...placedAt(object, annotationField(key)),
        })
      }
  },
})

function slipIn({ keys }: IngressController): NonNullable<IngressController['slip']> {
  return (key, on) => {
    const known = keys[on]
    const meant = known.includes(key) || !key.includes('/') ? undefined : slipOf(key, known)
    return meant === undefined ? undefined : { meant }
  }
}

/** A prefix that nobody has, which the findings of controllers about their own do not look at. */
function slipInPrefix({ keys }: IngressController, key: string, on: 'ingress' | 'service'): Slip | undefined {
  const prefixOf = (one: string): string => one.slice(0, one.indexOf('/') + 1)
  const known = keys[on].find((one) => lastPart(one) === lastPart(key) && slipOf(key, [one]) !== undefined)
  if (known === undefined || prefixOf(known) === prefixOf(key)) return undefined
  return { meant: known, hasPrefix: true }
}

function lastPart(key: string): string {
  return key.slice(key.indexOf('/') + 1)
}

/** Settings of an affinity that nobody switched on. */
const switchedOff = ingressAnalyzer({
  codes: ['AFF-L7-NOT-SWITCHED-ON'],
  applies: ({ controller }) => controller.switch !== undefined,
  analyse: ({ ingress, controller, backends }, _view, report) => {
    const { by = [], parts = [], cookie } = controller.switch ?? {}
    const objects = [...new Set<LooseObject>([ingress, ...backends.flatMap(({ service }) => service ?? [])])]
    if (objects.some((one) => by.some((key) => key in annotationsOf(one)))) return
    for (const object of objects) {
      const [first, ...more] = Object.keys(annotationsOf(object)).filter((key) => parts.includes(key))
      if (first === undefined) continue
      const also = more.length === 0 ? '' : ` (and ${more.map(lastPart).join(', ')})`
      report('AFF-L7-NOT-SWITCHED-ON', {
        message: `${lastPart(first)}${also} has no effect without ${lastPart(by[0] ?? '')}`,
        why: `${controller.name} reads it only where affinity is switched on. Clients do not stay on a pod.`,
        mend: [
          enabling(ingress, { cookie: cookie?.(object) ?? 'NAME' }),
          controller.instead,
          `take ${lastPart(first)} away`,
        ],
        ...placedAt(object, annotationField(first)),
      })
    }
  },
})

/** Affinity that is kept for one address alone. */
const oneAddress = ingressAnalyzer({
  codes: ['AFF-L7-ONE-ADDRESS'],
  analyse: ({ controller, backends }, { store }, report) => {
    for (const backend of backends) {
      const { policy, arrival } = controller.serve(backend, store)
      // Of ingress-nginx a finding of its own says it, with the Ingress that is to blame.
      if (controller === ingressNginx || arrival !== 'cluster-ip' || sticks(policy) !== true) continue
      report('AFF-L7-ONE-ADDRESS', {
        message: `${controller.name} goes to the cluster IP of service/${backend.to.name}: its own affinity keeps nobody on a pod`,
        why: 'It sees one address and no pods. The Service proxy behind it picks the pod, and sees the addresses of the controller for clients.',
        mend: ['let it go to the pods: take away what sends it to the cluster IP'],
      })
    }
  },
})

/** The cookie of a record that a controller sets on a host, for a Service. */
interface HostCookie {
  host: string
  name: string
  path: string
  ingress: LooseObject
  service: string
}

/** Whose records are read by the Service alone for which they were made: any other picks again. */
const recording: ReadonlySet<IngressController> = new Set([haproxytech, jcmoraisjr, nginxInc])

/** All of them, by what a browser tells cookies apart by. */
const hostCookies: FactType<ReadonlyMap<string, readonly HostCookie[]>> = {
  name: 'cookies of Ingresses',
  what: 'the cookies of Ingresses',
  derive: (store) =>
    mapFact(store.list(ingresses), (all) =>
      Map.groupBy(
        all.flatMap((one) => cookiesOf(one, store)),
        ({ host, name, path }) => JSON.stringify([host, name, path]),
      ),
    ),
}

function cookiesOf(ingress: LooseObject, store: Store): HostCookie[] {
  const controller = controllerOf(ingress, store)
  if (controller === undefined || !recording.has(controller)) return []
  return behind(ingress, store).flatMap(({ backend, places }) => {
    const { policy } = controller.serve(backend, store)
    if (policy.kind !== 'cookie' || policy.name === undefined || policy.madeBy !== 'proxy') return []
    const { name, path = '/' } = policy
    const service = keyOf(refTo(services, backend.to))
    return places.map(({ host }) => ({ host, name, path, ingress, service }))
  })
}

const oneName = ingressAnalyzer({
  codes: ['AFF-L7-ONE-NAME'],
  applies: ({ controller }) => recording.has(controller),
  analyse: ({ ingress, controller }, { store }, report) => {
    const all = store.fact(hostCookies)
    for (const own of cookiesOf(ingress, store)) {
      const key = JSON.stringify([own.host, own.name, own.path])
      const others = all.known ? (all.value.get(key) ?? []) : []
      const other = others.find(({ service }) => service !== own.service)
      if (other === undefined) continue
      const [mine, theirs] = [own, other].map(({ service }) => service.split('/').at(-1))
      report('AFF-L7-ONE-NAME', {
        message: `on ${own.host} ${mine} and ${theirs} have one cookie ${own.name}: each answer of one replaces the cookie of the other`,
        why: `The value names a pod of one Service. ${controller.name} does not know it at the other, picks a pod and sets its own.`,
        mend: ['give each Service a cookie name of its own'],
        objects: [refOf(ingress), ...(other.ingress === ingress ? [] : [refOf(other.ingress)])],
      })
      return
    }
  },
})

/** Of what several controllers share. */
export const analyzers: readonly Analyzer[] = [foreign, misspelt, switchedOff, oneAddress, oneName]
