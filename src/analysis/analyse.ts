import type { Analyzer, FindingDraft, Need, Report, View } from '../mechanisms/analyzer.ts'
import { onceFor } from '../mechanisms/kit/objects/once.ts'
import { serviceKind, services } from '../mechanisms/service/objects.ts'
import type { Store, Unknown } from '../model/cluster/store.ts'
import { type Finding, levels, type ObjectRef } from '../model/findings/finding.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import type { Path, PathHop } from '../model/affinity/leg.ts'
import { keyOf, type NamespacedName, type ObjectType, refOf } from '../model/cluster/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/cluster/snapshot.ts'
import { anyKind, type TargetKind, type TargetRef } from '../model/affinity/target.ts'
import { pathsAbout, pathsThrough } from './path/walk.ts'
import { isMissingService } from './analyzers/front.ts'
import { analyzers } from './analyzers/index.ts'
import { type Code, codeInfo, codeLink } from '../model/findings/code.ts'
import { mendsInCluster, mendsInFiles } from './mends.ts'
import { firstUnknown, sharedNeeds } from './needs.ts'
import { type ExplainedService, explainService } from './service.ts'
import { CheckOrder, CheckStates, type StateLists } from './states.ts'
import { type Scene, sceneOfService } from './store.ts'

/** What a snapshot says about one target. */
export interface Explanation extends StateLists {
  target: TargetRef
  /** Beside its name in the headline: type and address, or what else its kind says of it. */
  description: readonly string[]
  paths: readonly Path[]
  /** What only Services have; absent for targets of other kinds. */
  service?: ExplainedService
  /** The worst first; within a level in the order in which the codes are looked for. */
  findings: Finding[]
  /** All that should have been read and could not be, whether a code depends on it or not. */
  unknown: Unknown[]
}

/** Explains a Service of a snapshot. Throws when the snapshot does not hold it. */
export function analyse(snapshot: Snapshot, target: NamespacedName): Explanation {
  const found = snapshot.services.find(
    ({ service: { metadata } }) =>
      metadata.name === target.name && (metadata.namespace ?? 'default') === target.namespace,
  )
  if (found === undefined) throw new Error(`the snapshot does not hold ${target.namespace}/${target.name}`)
  return analyseService(snapshot, found)
}

/** The same for a Service that was found already. */
export function analyseService(snapshot: Snapshot, found: ServiceSnapshot): Explanation {
  return analyseObject(sceneOfService(snapshot, found), anyKind(serviceKind), found.service)
}

/** Draws the ways through an object and looks for every code of the table. Pure. */
export function analyseObject(scene: Scene, kind: TargetKind, object: KubernetesObject): Explanation {
  const { source, store, network, gaps } = scene
  const ref = refOf(object)
  // A Service configures no hop but its own, and there may be thousands of them.
  const paths =
    kind.type === serviceKind.type
      ? pathsThrough(ref, network).map((path) => outside(path, scene))
      : pathsAbout(ref, network).map((path) => outside(endedAt(path, scene), scene))
  const concerning = concerned(ref, paths, store)
  const view: View = {
    source,
    target: { ref, object },
    paths,
    objects: concerning.objects,
    store,
    gaps,
  }
  const findings: Finding[] = []
  const states = new CheckStates(checks)
  const said = new Map<string, FindingDraft[]>()
  const say = (code: Code, draft: FindingDraft): void => {
    states.add(code, 'found')
    // What is about two objects both of them may find.
    const before = said.get(code) ?? []
    if (before.some((one) => isSameDraft(one, draft))) return
    said.set(code, [...before, draft])
    findings.push(toFinding(code, draft, scene, ref))
  }
  const report = Object.assign(say, { cannot: (code: Code, why: Unknown) => states.add(code, why) })
  const { groups, unknowns } = needsOf(scene.shared)
  for (const { type, members } of groups) {
    // Of most types there is none on the ways of most Services.
    if (type !== undefined && !concerning.has(type)) continue
    for (const { one, needs } of members) run(one, needs, view, states, report)
  }
  const service = explainService(view)
  return {
    target: { kind: kind.name, namespace: ref.namespace ?? 'default', name: ref.name },
    description: kind.describe(object),
    paths,
    ...(service === undefined ? {} : { service }),
    findings: sortFindings(findings),
    ...states.lists(),
    unknown: unknowns(store, gaps),
  }
}

function isSameDraft(one: FindingDraft, other: FindingDraft): boolean {
  const placeOf = ({ at, field }: FindingDraft): string => JSON.stringify([at, field])
  return one.message === other.message && placeOf(one) === placeOf(other)
}

/** A way to a Service that is not there: nobody picks a pod on it. */
function endedAt(path: Path, scene: Scene): Path {
  const next = path.hops.at(-1)?.next
  if (next === undefined || !isMissingService(next, scene)) return path
  const hops = path.hops.map((hop, index): PathHop =>
    index < path.hops.length - 1 ? hop : { ...hop, role: 'no-effect', note: 'this Service is not there' },
  )
  return { ...path, hops, end: 'unknown' }
}

/** A way to a Service that is a name elsewhere: what that leads to nobody sees, and no pod of it is picked. */
function outside(path: Path, { store }: Scene): Path {
  const { namespace = '', name = '', kind } = path.hops.at(-1)?.next ?? {}
  const spec = kind === 'Service' ? store.get(services, { namespace, name })?.spec : undefined
  if (path.end !== 'pods' || spec?.type !== 'ExternalName') return path
  const hops = path.hops.map((hop, index): PathHop => {
    if (index < path.hops.length - 1) return hop
    return { ...hop, role: 'unknown', note: hop.note ?? `leads to ${String(spec['externalName'])} by DNS` }
  })
  return { ...path, hops, end: 'elsewhere' }
}

/** Every code that somebody looks for, in the order in which they are asked. */
const checks = new CheckOrder(analyzers.flatMap(({ codes }) => codes))

const needsOf = onceFor(sharedNeeds)

/** Runs one analyzer, and keeps what it lets know of each of its codes. */
function run(
  { codes, begin }: Analyzer,
  needs: readonly Need[],
  view: View,
  states: CheckStates,
  report: Report,
): void {
  const look = begin(view)
  if (look === undefined) return
  const missing = typeof look === 'function' ? firstUnknown(needs, view.store) : look
  for (const code of codes) states.add(code, missing ?? 'passed')
  if (missing === undefined && typeof look === 'function') look(report)
}

/** The target, what its ways pass, and what configures a hop of them. */
function concerned(
  target: ObjectRef,
  paths: readonly Path[],
  store: Store,
): { has: (type: ObjectType) => boolean; objects: View['objects'] } {
  const refs = new Set([target])
  for (const { entry, hops } of paths) {
    refs.add(entry.of)
    for (const { configuredBy, next } of hops) {
      for (const ref of configuredBy) refs.add(ref)
      if (next !== undefined) refs.add(next)
    }
  }
  const byType = new Map<string, Map<string, ObjectRef>>()
  for (const ref of refs) {
    const type = typeKey(ref)
    const members = byType.get(type) ?? new Map<string, ObjectRef>()
    byType.set(type, members.set(`${ref.namespace ?? ''}/${ref.name}`, ref))
  }
  // A hundred analyzers ask for the objects of a few types.
  const found = new Map<ObjectType, readonly KubernetesObject[]>()
  const objects = <T extends KubernetesObject>(type: ObjectType<T>): readonly T[] => {
    const members = byType.get(keyOfType(type))
    if (members === undefined) return nobody
    const before = found.get(type)
    if (before !== undefined) return before as readonly T[]
    const own: T[] = []
    for (const { namespace = '', name } of members.values()) {
      const object = store.get(type, { namespace, name })
      if (object !== undefined) own.push(object)
    }
    found.set(type, own)
    return own
  }
  return { has: (type) => byType.has(keyOfType(type)), objects }
}

const nobody: readonly never[] = []

const keyOfType = onceFor((type: ObjectType) => typeKey(type))

function typeKey({ kind, group = '' }: { kind: string; group?: string }): string {
  return `${kind}.${group}`
}

function toFinding(code: Code, draft: FindingDraft, { locate, source }: Scene, target: ObjectRef): Finding {
  const { message, why, mend = [], objects = [], field } = draft
  const others = objects.filter((object) => keyOf(object) !== keyOf(target))
  // What is said about another object stands there, unless a field of the target is to blame.
  const at = draft.at ?? { object: field === undefined ? (objects[0] ?? target) : target, field }
  const position = locate?.(at.object, at.field) ?? locate?.(target)
  return {
    code,
    level: codeInfo(code).level,
    objects: [target, ...others],
    message,
    why,
    mend: source === 'files' ? mendsInFiles(mend, at.object) : mendsInCluster(mend),
    link: codeLink(code),
    ...(position === undefined ? {} : { position }),
  }
}

/** By level, then in the order in which the codes are looked for; equal ones stay as they were reported. */
function sortFindings(findings: readonly Finding[]): Finding[] {
  const places: ReadonlyMap<string, number> = checks.placeOf
  const rank = ({ level, code }: Finding): number =>
    levels.indexOf(level) * places.size + (places.get(code) ?? 0)
  return findings.toSorted((a, b) => rank(a) - rank(b))
}
