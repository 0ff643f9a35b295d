import type { Wish, Write } from '../../model/affinity/change.ts'
import { isSticky, none } from '../../model/affinity/policy.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Changing, lacksOf, type OwnCookie, refusal, type Switched } from '../changing.ts'
import { annotating, type AnnotationMarks } from '../ingress/annotating.ts'
import { at, list, type LooseFields, strings, text } from '../kit/objects/loose.ts'
import { rewrittenLists } from '../kit/write/rewritten.ts'
import { algorithmKey, filterKey, skipper } from './controller.ts'
import { hashPolicy } from './hash.ts'
import { routeGroups } from './objects.ts'
import { backendOf, routesOf } from './route-group.ts'
import { skipperPrograms, usualAlgorithm } from './usual.ts'

const cookie: OwnCookie = { by: 'Skipper', isHashed: true, isOfApplication: true }

/** Two annotations on the Ingress: the algorithm, and among the filters what it hashes. Skipper makes no cookie. */
export const skipperChange = annotating({
  name: 'skipper',
  controller: skipper,
  at: 'ingress',
  isEachItsOwn: true,
  reads: skipperPrograms.reads ?? [],
  cookie: () => cookie,
  marks: (wish, { object }) => ({
    [algorithmKey]: 'consistentHash',
    ...filtersWith(object, keyFor(wish)),
  }),
  unmarks: (object) => {
    const { [algorithmKey]: algorithm } = object.metadata.annotations ?? {}
    return algorithm === 'consistentHash' ? { [algorithmKey]: null, ...filtersWith(object, []) } : {}
  },
})

/** Without a key the address of the client is hashed. */
function keyFor(wish: Wish): string[] {
  return wish.kind === 'source-ip' ? [] : [`consistentHashKey("\${request.${wish.kind}.${wish.name}}")`]
}

const keyPattern = /\s*\bconsistentHashKey\(\s*(?:"[^"]*"|`[^`]*`|'[^']*')\s*\)\s*/

/** The filters with another key, or with none; others stay as they are. */
function filtersWith({ metadata }: KubernetesObject, keys: readonly string[]): AnnotationMarks {
  const now = metadata.annotations?.[filterKey] ?? ''
  const kept = withoutKey(now)
  const all = [...(kept === '' ? [] : [kept]), ...keys].join(' -> ')
  return all === now ? {} : { [filterKey]: all === '' ? null : all }
}

function withoutKey(filters: string): string {
  const { source } = keyPattern
  return filters.replace(new RegExp(`->${source}|${source}->|^${source}$`, 'g'), '').trim()
}

/** `algorithm` of the backends of a RouteGroup, and among the filters of its routes what that hashes. */
export const routeGroupChange: Changing = {
  name: 'skipper',
  label: skipper.name,
  targets: [routeGroups],
  reads: skipperPrograms.reads ?? [],
  writes: [routeGroups],
  lacks: (wish) => lacksOf(cookie, wish),
  switchOf: (group: LooseObject, store) => {
    const before = policiesOf(group, store).find(isSticky) ?? none
    const off = (): Write[] => (isSticky(before) ? spread(group, store) : [])
    return { before, off, on: (wish) => hashed(group, wish) }
  },
}

function policiesOf(group: LooseObject, store: Store): ReturnType<typeof hashPolicy>[] {
  return routesOf(group).flatMap(({ filters, refs }) =>
    refs.map((one) => hashPolicy(text(backendOf(group, one)['algorithm']) ?? usualAlgorithm(store), filters)),
  )
}

function hashed(group: LooseObject, wish: Wish): Switched {
  const isService = (backend: LooseFields): boolean => text(backend['serviceName']) !== undefined
  const routes = routesOf(group)
  if (!routes.some(({ refs }) => refs.some((one) => isService(backendOf(group, one)))))
    return refusal('it leads to no Service')
  if (routes.some(({ refs }) => refs.length > 1))
    return refusal(
      'of several backends of a route Skipper draws one for every request, whatever is set for each',
      'leave one of them in each route',
    )
  const [key] = keyFor(wish)
  if (key !== undefined && list(at(group.spec, 'routes')).length === 0)
    return refusal(
      'it has no routes, among whose filters stands what is hashed',
      'give it one for all paths: pathSubtree: /',
    )
  const writes = rewrittenLists(routeGroups, group, {
    backends: (backend) => (isService(backend) ? { ...backend, algorithm: 'consistentHash' } : backend),
    routes: (route) => withKey(route, key),
  })
  return { after: hashPolicy('consistentHash', key ?? ''), writes }
}

/** What is usual here is taken back by name only. */
function spread(group: LooseObject, store: Store): ReturnType<typeof rewrittenLists> {
  const isUsual = usualAlgorithm(store) === 'consistentHash'
  return rewrittenLists(routeGroups, group, {
    backends: (backend) => {
      const { algorithm, ...kept } = backend
      if (algorithm !== 'consistentHash' && !(isUsual && algorithm === undefined)) return backend
      return isUsual ? { ...kept, algorithm: 'roundRobin' } : kept
    },
    routes: (route) => withKey(route, undefined),
  })
}

/** A route with another key among its filters, or with none. */
function withKey(route: LooseFields, key: string | undefined): LooseFields {
  const { filters, ...kept } = route
  const now = strings(filters)
  const others = now.map(withoutKey).filter((one, index) => one !== '' || now[index] === '')
  const all = [...others, ...(key === undefined ? [] : [key])]
  return all.length === 0 && now.length > 0
    ? kept
    : { ...route, ...(all.length === 0 ? {} : { filters: all }) }
}
