import { changes } from '../../mechanisms/changes.ts'
import type { Changing } from '../../mechanisms/changing.ts'
import { targetKinds } from '../../mechanisms/index.ts'
import { services } from '../../mechanisms/service/objects.ts'
import type { Destination } from '../../model/affinity/change.ts'
import type { Entry, Path } from '../../model/affinity/leg.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { isOfType, keyOf, type ObjectType, refOf, resourceName } from '../../model/cluster/object.ts'
import type { Snapshot } from '../../model/cluster/snapshot.ts'
import type { Store } from '../../model/cluster/store.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import { type ObjectRef, objectName } from '../../model/findings/finding.ts'
import type { OtherTarget } from '../../snapshot/others.ts'
import { commandFor, targetName, targetWord } from '../../model/targets/command.ts'
import { mechanismsOf } from './destinations.ts'
import { type Carried, carryFrom, type Instead } from './migrate.ts'
import { explained, storeIn } from '../around/scene.ts'
import { distinctBy } from '../../model/common/values.ts'

/** What leads to the same pods for the same hosts, by another mechanism. */
export interface Counterpart extends OtherTarget {
  changing: Changing
  /** The Services of the source to which it leads. */
  services: readonly string[]
}

/** All of them, and the Services of the source to which none of them leads. */
export interface Counterparts {
  found: readonly Counterpart[]
  without: readonly string[]
}

/**
 * What of a mechanism stands for a target: what `explain` draws to the Services behind it, for one of its hosts. Throws
 * UserError where there is nothing, with what has to be there.
 */
function counterpartsOf(
  source: OtherTarget,
  paths: readonly Path[],
  to: Destination,
  snapshot: Snapshot,
): Counterparts {
  const own = keyOf(refOf(source.object))
  const store = storeIn(snapshot)
  const hosts = paths.flatMap(({ entry }) => (entry.kind === 'host' ? [entry] : []))
  const behind = servicesIn(source, paths, snapshot)
  const all = behind.flatMap((service) => {
    const name = objectName(refOf(service.object))
    return explained(snapshot, service).paths.flatMap((path) => {
      const one = counterpartOn(path, { to, service, store })
      // A Service is another mechanism's place as well.
      const isOther =
        one !== undefined && (keyOf(refOf(one.object)) !== own || isOfType(source.object, services))
      const isSameHost = hosts.length === 0 || hosts.some((host) => isShared(host, path.entry))
      return isOther ? [{ ...one, service: name, isSameHost }] : []
    })
  })
  const same = all.filter(({ isSameHost }) => isSameHost)
  if (same.length === 0) throw none(source, { to, hosts, behind, elsewhere: all })
  const groups = Map.groupBy(same, ({ object, changing }) => `${changing.name} ${keyOf(refOf(object))}`)
  const found = withoutDoubles(
    [...groups.values()].map((members): Counterpart => {
      const { kind, object, changing } = members[0]!
      return { kind, object, changing, services: [...new Set(members.map(({ service }) => service))] }
    }),
  )
  const reached = new Set(found.flatMap((one) => one.services))
  const names = behind.map(({ object }) => objectName(refOf(object)))
  return { found, without: names.filter((name) => !reached.has(name)) }
}

/** What counts for a Service, whichever route leads there, is set once: at the route that names it, where there is one. */
function withoutDoubles(all: readonly Counterpart[]): Counterpart[] {
  const isDirect = ({ object, changing }: Counterpart): boolean =>
    changing.isByService === true && isOfType(object, services)
  const routes = all.filter((one) => !isDirect(one))
  const isSet = (name: string, by: Changing): boolean =>
    routes.some((one) => one.changing === by && one.services.includes(name))
  return all.filter((one) => !isDirect(one) || !one.services.every((name) => isSet(name, one.changing)))
}

/** The affinity of a source, for what is to have it. */
export interface CarriedTo {
  counterpart: Counterpart
  carried: Carried
}

/** The affinity of a target for each of its counterparts. What nothing stands for is said once. */
export function carryTo(
  source: OtherTarget,
  snapshot: Snapshot,
  to: Destination,
  instead: Instead,
): CarriedTo[] {
  const carried = carryFrom(source, snapshot, instead)
  const { found, without } = counterpartsOf(source, explained(snapshot, source).paths, to, snapshot)
  const lost =
    without.length === 0
      ? []
      : [{ message: `nothing of ${mechanismsOf(to).label} leads to ${without.join(', ')}`, hints: [] }]
  return found.map((counterpart, index) => ({
    counterpart,
    carried: {
      ...carried,
      left: index === 0 ? [...lost, ...carried.left] : carried.left,
      services: counterpart.services,
    },
  }))
}

/** What of the other mechanism is to be changed, and what it is to have of all that lead there. */
export interface Brought {
  first: CarriedTo
  /** Throws UserError where several sources bring different things: only one can be set. */
  carried: () => Carried
}

/** One for each object, whoever brings something to it. */
export function joined(all: readonly CarriedTo[]): Brought[] {
  const groups = Map.groupBy(
    all,
    ({ counterpart: { changing, object } }) => `${changing.name} ${keyOf(refOf(object))}`,
  )
  return [...groups.values()].map((members) => {
    const first = members[0]!
    return { first, carried: () => united(members, first.counterpart) }
  })
}

function united(members: readonly CarriedTo[], at: Counterpart): Carried {
  const all = members.map(({ carried }) => carried)
  const first = all[0]!
  const rival = all.find(({ by }) => JSON.stringify(by) !== JSON.stringify(first.by))
  if (rival !== undefined) {
    const [one, other] = [first, rival].map(({ from }) => targetWord(from))
    const target = refOfTarget(at)
    throw new UserError(
      `${one} and ${other} both lead to what ${targetWord(target)} serves, and keep clients by different things`,
      { hints: [`choose one of them:  ${commandFor('enable', target, { from: targetWord(first.from) })}`] },
    )
  }
  return {
    ...first,
    left: all.flatMap(({ left }) => left),
    services: [...new Set(all.flatMap(({ services }) => services))],
  }
}

/** Whether a target is at the destination already. */
export function isAt({ object }: OtherTarget, to: Destination, snapshot: Snapshot): boolean {
  const { names, types } = mechanismsOf(to)
  if (types !== undefined && !types.some((type) => isOfType(object, type))) return false
  return changes.some((one) => names.includes(one.name) && isServed(one, object, storeIn(snapshot)))
}

/** The Services to which some ways lead, as far as they are there. */
function servicesIn({ object }: OtherTarget, paths: readonly Path[], snapshot: Snapshot): OtherTarget[] {
  const keys = new Set(
    paths.flatMap(({ hops }) => hops.flatMap(({ next }) => (next === undefined ? [] : [keyOf(next)]))),
  )
  return snapshot.services.flatMap(({ service }) => {
    const isBehind = keys.has(keyOf(refOf(service))) || isOfType(object, services)
    return isBehind ? [{ kind: targetKinds[0], object: service }] : []
  })
}

interface About {
  to: Destination
  service: OtherTarget
  store: Store
}

/** The last object of a way that the mechanism serves: behind an IngressRoute a TraefikService has the say. */
function counterpartOn(
  { entry, hops }: Path,
  { to, service, store }: About,
): Omit<Counterpart, 'services'> | undefined {
  const refs = [
    entry.of,
    ...hops.flatMap(({ configuredBy, next }) => [
      ...configuredBy.slice(0, 1),
      ...(next === undefined ? [] : [next]),
    ]),
  ]
  const { names, types } = mechanismsOf(to)
  for (const ref of refs.toReversed()) {
    const kind = targetKinds.find(({ type }) => type.kind === ref.kind && type.group === (ref.group ?? ''))
    if (kind === undefined || kind.type === services) continue
    if (types !== undefined && !isAmong(kind.type, types)) continue
    const object = store.get(kind.type, { namespace: ref.namespace ?? '', name: ref.name })
    if (object === undefined) continue
    const able = changes.filter((one) => names.includes(one.name) && isServed(one, object, store))
    const [changing] = able
    if (changing === undefined) continue
    const isAtServices = isAmong(kind.type, changing.servesToo ?? [])
    return isAmong(kind.type, changing.targets) && !isAtServices
      ? { kind, object, changing }
      : { ...service, changing }
  }
  return undefined
}

function isServed(changing: Changing, object: KubernetesObject, store: Store): boolean {
  const types = [...changing.targets, ...(changing.servesToo ?? [])]
  const isOfIt = types.some((type) => type !== services && isOfType(object, type))
  return isOfIt && (changing.serves?.(object, store) ?? true)
}

function isAmong(type: ObjectType, types: readonly ObjectType[]): boolean {
  return types.some((one) => resourceName(one) === resourceName(type))
}

/** Whether both are asked for one host: `*` stands for any, `*.example` for those below. */
function isShared({ host = '*' }: Entry, other: Entry): boolean {
  if (other.kind !== 'host') return false
  const its = other.host ?? '*'
  const takes = (pattern: string, name: string): boolean =>
    pattern === '*' || pattern === name || (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)))
  return takes(host, its) || takes(its, host)
}

interface Missing {
  to: Destination
  hosts: readonly Entry[]
  behind: readonly OtherTarget[]
  elsewhere: readonly OtherTarget[]
}

function none({ kind, object }: OtherTarget, { to, hosts, behind, elsewhere }: Missing): UserError {
  const { label, wants } = mechanismsOf(to)
  const namespace = object.metadata.namespace ?? 'default'
  const from = { kind: kind.name, namespace, name: object.metadata.name }
  const source = objectName(refOf(object))
  const what = namesOf(behind.map((one) => refOf(one.object)))
  const where = [...new Set(hosts.map(({ host = '*' }) => (host === '*' ? 'any host' : host)))]
  if (behind.length === 0)
    return new UserError(`${source} leads to no Service that is there`, {
      hints: [`see where it leads:  ${commandFor('explain', from)}`],
    })
  const of = where.length === 0 ? '' : ` for ${where.join(', ')}`
  const others = distinctBy(elsewhere, ({ object: one }) => keyOf(refOf(one)))
  return new UserError(`nothing of ${label} leads to ${what}${of}, so there is nothing to set it at`, {
    hints: [
      ...others.map(
        (one) =>
          `for other hosts ${objectName(refOf(one.object))} does:  ${commandFor('enable', refOfTarget(one), { from: targetName(from) })}`,
      ),
      ...(others.length > 0 ? [] : [`what has to be there:  ${wants}`]),
    ],
  })
}

export function refOfTarget({ kind, object: { metadata } }: OtherTarget): TargetRef {
  return { kind: kind.name, namespace: metadata.namespace ?? 'default', name: metadata.name }
}

function namesOf(refs: readonly ObjectRef[]): string {
  return [...new Set(refs.map(objectName))].join(', ')
}
