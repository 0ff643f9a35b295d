import { type Cluster, isNotFound } from '../cluster/index.ts'
import { endpointsPath, servicePath, slicePath } from '../cluster/paths.ts'
import { wait } from '../cluster/transport/wait.ts'
import { keeperOf } from '../change/owners/keepers.ts'
import { predict } from '../change/write/predict.ts'
import { isFieldConflict, isStale } from '../change/write/problems.ts'
import { planChange } from '../mechanisms/service/write.ts'
import type { ChangeNotice, ChangeRequest, DryRun, RawObject } from '../model/affinity/change.ts'
import { writeChange } from '../change/write/write.ts'
import type { EndpointSlice, KubernetesObject, Service } from '../model/cluster/kubernetes.ts'
import { servicePolicy, type ServicePolicy } from '../model/affinity/policy.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { UserError } from '../model/common/user-error.ts'
import { externalManager, sliceManagerLabel, mirrorController } from '../model/cluster/external.ts'
import { explainConflict, isPersonsTool } from './refuse/problems.ts'
import { readExisting } from './read.ts'
import { type Existing, foreignSlices, ownSlices, refuseExisting } from './refuse/refuse.ts'
import { isDeclared, serviceObject } from './plan/service.ts'
import { contentOf, planSlices, sliceObject, type SlicePlan, type SliceWrite } from './plan/slices.ts'
import { familyWarning } from './plan/families.ts'
import type { Wanted } from './types.ts'
import { defined } from '../model/common/values.ts'

export interface ExternalOptions {
  adopt: boolean
  /** Left as it is without it. */
  affinity?: ChangeRequest | undefined
  dryRun: DryRun
  forceConflicts: boolean
  prune: boolean
  signal: AbortSignal
}

/** One object before and after. */
export interface ObjectChange {
  kind: 'created' | 'configured' | 'unchanged' | 'deleted'
  before?: RawObject
  after?: RawObject
}

/** What a run did, or would do. */
export interface ExternalDone {
  service: NamespacedName
  /** The Service first. */
  objects: readonly ObjectChange[]
  wanted: Wanted
  clusterIPs: readonly string[]
  policy: ServicePolicy
  plan: SlicePlan
  warnings: readonly ChangeNotice[]
}

/** How often everything is read again when somebody else was faster. */
const attempts = 10

/**
 * Brings a Service and its slices to what is wanted. Everything is tried first in a dry run of the API server, so that
 * nothing is half done when it refuses a part. When something changed since it was read, all is read and planned
 * again.
 *
 * The order: a new Service, its affinity, then its slices, as nobody can be connected before. For a Service that is
 * there: slices that add, the Service, its affinity, and last what takes away.
 */
export async function writeExternal(
  cluster: Cluster,
  ref: NamespacedName,
  wantedFor: (existing: Existing) => Promise<Wanted>,
  options: ExternalOptions,
): Promise<ExternalDone> {
  for (let attempt = 1; ; attempt++) {
    const existing = await readExisting(cluster, ref, options.signal)
    refuseExisting(ref.name, existing, options.adopt)
    const wanted = await wantedFor(existing)
    const writer = new Writer(cluster, ref, wanted, existing, options)
    try {
      if (options.dryRun === 'none') await writer.rehearse()
      return await writer.run()
    } catch (error) {
      if (isStale(error) && attempt < attempts) continue
      throw explainConflict(error, ref.name)
    }
  }
}

class Writer {
  readonly #cluster: Cluster
  readonly #ref: NamespacedName
  readonly #wanted: Wanted
  readonly #existing: Existing
  readonly #options: ExternalOptions
  readonly #plan: SlicePlan
  readonly #changes: ObjectChange[] = []
  #service: Service | undefined

  constructor(
    cluster: Cluster,
    ref: NamespacedName,
    wanted: Wanted,
    existing: Existing,
    options: ExternalOptions,
  ) {
    this.#cluster = cluster
    this.#ref = ref
    this.#wanted = wanted
    this.#existing = existing
    this.#options = options
    this.#service = existing.service
    this.#plan = planSlices(wanted.ports, wanted.backends, ownSlices(existing), {
      service: ref.name,
      prune: options.prune,
      taken: new Set(foreignSlices(existing).map(({ slice }) => slice.metadata.name)),
      ownerUid: existing.service?.metadata.uid,
    })
    refuseMisnamed(ref.name, wanted, this.#plan, ownSlices(existing))
  }

  /** Lets the API server check every write without keeping it. */
  async rehearse(): Promise<void> {
    const rehearsal = new Writer(this.#cluster, this.#ref, this.#wanted, this.#existing, {
      ...this.#options,
      dryRun: 'server',
    })
    const outcomes = await Promise.allSettled([
      rehearsal.#writeService(),
      ...[...this.#plan.adding, ...this.#plan.removing].map((write) => rehearsal.#writeSlice(write)),
    ])
    // What is refused first in the order of writes, whichever answer comes first.
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')
    if (refused !== undefined) throw refused.reason
  }

  async run(): Promise<ExternalDone> {
    const { adding, removing, unchanged } = this.#plan
    const isNew = this.#existing.service === undefined
    const warnings: ChangeNotice[] = [...familyWarning(this.#wanted)]
    const slices: ObjectChange[] = []
    const writeAll = async (writes: readonly SliceWrite[]): Promise<void> => {
      for (const write of writes) slices.push(await this.#writeSlice(write))
    }
    if (!isNew) await writeAll(adding)
    const service = await this.#writeService()
    const affinity = await this.#writeAffinity()
    if (isNew) await writeAll(adding)
    await writeAll(removing)
    this.#changes.push(merged(service, affinity.change))
    this.#changes.push(
      ...slices,
      ...unchanged.map((slice) => ({ kind: 'unchanged' as const, before: raw(slice), after: raw(slice) })),
    )
    this.#changes.push(...(await this.#removeForeign(warnings)))
    const after = this.#service
    const keeper = this.#existing.service === undefined ? undefined : keeperOf(this.#existing.service)
    if (keeper !== undefined)
      warnings.push({
        message: `${keeper.name} keeps this Service: ${keeper.consequence}`,
        hints: [keeper.instead],
      })
    return {
      service: this.#ref,
      objects: this.#changes,
      wanted: this.#wanted,
      // A dry run makes up the addresses of what it does not make.
      clusterIPs: isNew && this.#options.dryRun !== 'none' ? [] : (after?.spec.clusterIPs ?? []),
      policy: after === undefined ? { kind: 'none' } : servicePolicy(after),
      plan: this.#plan,
      warnings: [...warnings, ...affinity.warnings],
    }
  }

  async #writeService(): Promise<ObjectChange> {
    const before = this.#service
    const declared = serviceObject(this.#ref, this.#wanted, before)
    if (before !== undefined && isDeclared(before, declared))
      return { kind: 'unchanged', before: raw(before), after: raw(before) }
    const after =
      this.#options.dryRun === 'client' ? predicted(before, declared) : await this.#applyService(declared)
    this.#service = after as unknown as Service
    return before === undefined
      ? { kind: 'created', after }
      : { kind: 'configured', before: raw(before), after }
  }

  async #applyService(declared: RawObject): Promise<RawObject> {
    const path = servicePath(this.#ref.namespace, this.#ref.name)
    const apply = (force: boolean): Promise<RawObject> => this.#apply(path, declared, force)
    try {
      return await apply(this.#options.forceConflicts)
    } catch (error) {
      // Whoever takes a Service over takes over what people wrote in it by hand.
      if (isFieldConflict(error) && isPersonsTool(error)) return await apply(true)
      throw error
    }
  }

  /**
   * `enable` writes the affinity, and this does it in the same name, so that either can be used at any time. In a dry
   * run a new Service does not exist yet: what would be set is shown.
   */
  async #writeAffinity(): Promise<{ change: ObjectChange | undefined; warnings: readonly ChangeNotice[] }> {
    const { affinity: request, dryRun, forceConflicts, signal } = this.#options
    const service = this.#service
    if (request === undefined || service === undefined) return { change: undefined, warnings: [] }
    const plan = planChange(service, request)
    if (plan.isDone) return { change: undefined, warnings: [] }
    if (dryRun !== 'none') {
      const after = plan.writes.map(predict)[0] ?? raw(service)
      this.#service = after as unknown as Service
      return { change: { kind: 'configured', before: raw(service), after }, warnings: [] }
    }
    const done = await writeChange(this.#cluster, this.#ref, service, {
      request,
      dryRun,
      forceConflicts,
      signal,
    })
    const after = done.objects[0]?.after ?? raw(service)
    this.#service = after as unknown as Service
    return { change: { kind: 'configured', before: raw(service), after }, warnings: done.warnings }
  }

  async #writeSlice(write: SliceWrite): Promise<ObjectChange> {
    if (write.kind === 'delete') return await this.#deleteSlice(write.before)
    const before = write.kind === 'update' ? write.before : undefined
    const isReal = this.#options.dryRun === 'none'
    const uid = isReal || this.#existing.service !== undefined ? this.#service?.metadata.uid : undefined
    const declared = sliceObject(write.slice, { ...this.#ref, uid }, before) as RawObject
    const path = slicePath(this.#ref.namespace, write.slice.name)
    const after =
      this.#options.dryRun === 'client'
        ? predicted(before, declared)
        : // A slice that says that it is ours is ours, whoever edited it.
          await this.#apply(path, declared, before !== undefined)
    return before === undefined
      ? { kind: 'created', after }
      : { kind: 'configured', before: raw(before), after }
  }

  async #deleteSlice(slice: EndpointSlice): Promise<ObjectChange> {
    const { name, uid, resourceVersion } = slice.metadata
    if (this.#options.dryRun !== 'client')
      await this.#delete(slicePath(this.#ref.namespace, name), defined({ uid, resourceVersion }))
    return { kind: 'deleted', before: raw(slice) }
  }

  /** What others wrote, when ours serves: when it adopts only, everything else was refused. */
  async #removeForeign(warnings: ChangeNotice[]): Promise<ObjectChange[]> {
    const foreign = foreignSlices(this.#existing)
    const mirrored = foreign.filter(({ kind }) => kind === 'mirrored')
    const changes: ObjectChange[] = []
    if (mirrored.length > 0) changes.push(...(await this.#removeEndpoints(warnings)))
    const others = foreign.filter(({ kind }) => kind !== 'mirrored')
    for (const { slice } of others) changes.push(await this.#deleteSlice(slice))
    return changes
  }

  /** Mirrored slices belong to the Endpoints object, and their controller removes them when it is gone. */
  async #removeEndpoints(warnings: ChangeNotice[]): Promise<ObjectChange[]> {
    const { namespace, name } = this.#ref
    const { dryRun, signal } = this.#options
    const path = endpointsPath(namespace, name)
    let endpoints: KubernetesObject
    try {
      endpoints = await this.#cluster.get<KubernetesObject>(path, { signal })
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
    const { uid } = endpoints.metadata
    if (dryRun !== 'client') await this.#delete(path, uid === undefined ? {} : { uid })
    if (dryRun === 'none' && !(await this.#mirrorsAreGone()))
      warnings.push({
        message: `endpoints/${name} is deleted, but its mirrored EndpointSlices are still there`,
        hints: ['their controller removes them when it runs again'],
      })
    return [{ kind: 'deleted', before: raw(endpoints) }]
  }

  async #mirrorsAreGone(): Promise<boolean> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const { slices } = await readExisting(this.#cluster, this.#ref, this.#options.signal)
      if (!slices.some(({ metadata }) => metadata.labels?.[sliceManagerLabel] === mirrorController))
        return true
      await wait(200, this.#options.signal)
    }
    return false
  }

  async #apply(path: string, body: RawObject, force: boolean): Promise<RawObject> {
    const { dryRun, signal } = this.#options
    const query = dryRun === 'server' ? { dryRun: 'All' } : {}
    return await this.#cluster.patch<RawObject>(
      path,
      { type: 'apply', body, fieldManager: externalManager, force },
      { signal, query },
    )
  }

  async #delete(path: string, preconditions: { uid?: string; resourceVersion?: string }): Promise<void> {
    const { dryRun, signal } = this.#options
    try {
      await this.#cluster.delete(path, {
        preconditions,
        signal,
        dryRun: dryRun === 'server',
      })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}

/** Endpoints that are kept under a name that the Service has no longer would be served by nobody. */
function refuseMisnamed(
  service: string,
  { ports }: Wanted,
  plan: SlicePlan,
  own: readonly EndpointSlice[],
): void {
  const names = new Set(ports.map(({ name = '' }) => name))
  const deleted = new Set(
    plan.removing.flatMap((write) => (write.kind === 'delete' ? [write.before.metadata.name] : [])),
  )
  for (const slice of own) {
    if (deleted.has(slice.metadata.name)) continue
    const wrong = contentOf(slice).ports.find(({ name }) => !names.has(name))
    if (wrong === undefined) continue
    const quoted = (name: string): string => (name === '' ? 'none' : `"${name}"`)
    throw new UserError(
      `service/${service} not changed: endpointslice/${slice.metadata.name} would stay with the port name ${quoted(wrong.name)}, which the Service has no longer (${[...names].map(quoted).join(', ')}): they go together by name only`,
      {
        hints: [{ remedy: 'replace-kept' }, 'or keep the name of the port'],
      },
    )
  }
}

/** The same object twice: what it was before the first change, what it is after the second. */
function merged(first: ObjectChange, second: ObjectChange | undefined): ObjectChange {
  if (second?.after === undefined) return first
  return { ...first, kind: first.kind === 'unchanged' ? second.kind : first.kind, after: second.after }
}

/** What the object would be after an apply, as far as it can be told without the API server. */
function predicted(before: object | undefined, declared: RawObject): RawObject {
  const { metadata, spec, ...rest } = declared
  const old = (before ?? {}) as RawObject
  const oldMeta = (old['metadata'] ?? {}) as RawObject
  const newMeta = metadata as RawObject
  const both = (key: 'labels' | 'annotations'): RawObject => {
    const value = { ...(oldMeta[key] as object | undefined), ...(newMeta[key] as object | undefined) }
    return Object.keys(value).length === 0 ? {} : { [key]: value }
  }
  return {
    ...old,
    ...rest,
    metadata: { ...oldMeta, ...newMeta, ...both('labels'), ...both('annotations') },
    ...(spec === undefined ? {} : { spec: { ...(old['spec'] as object | undefined), ...(spec as object) } }),
  }
}

function raw(object: object): RawObject {
  return object as RawObject
}
