/** What holds for every mechanism that changes objects of a cluster: dry runs, what is shown, owners, and the way back. */
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { choose } from '../../../src/change/carry/choose.ts'
import { withObjects } from '../../../src/change/around/store.ts'
import { type Applied, applyWrites } from '../../../src/change/write/apply.ts'
import { played } from '../../../src/change/write/predict.ts'
import { undoOf } from '../../../src/change/write/undo.ts'
import type { Cluster } from '../../../src/cluster/index.ts'
import { changes } from '../../../src/mechanisms/changes.ts'
import { definitions } from '../../../src/mechanisms/kit/objects/definitions.ts'
import { changedLeaves, merge } from '../../../src/model/affinity/fields.ts'
import type { ChangePlan, ChangeRequest, FieldTree, Wish, Write } from '../../../src/model/affinity/change.ts'
import { known, storeOf } from '../../../src/model/cluster/store.ts'
import type { KubernetesObject } from '../../../src/model/cluster/kubernetes.ts'
import { isOfType, keyOf, refOf, resourceName } from '../../../src/model/cluster/object.ts'
import { objectDiffs } from '../../../src/report/change/diff-text.ts'
import { createStyle } from '../../../src/report/terminal.ts'
import { type Promised, promises } from './promised.ts'

const style = createStyle({ isTTY: false, env: {} })

type Lists = Parameters<typeof withObjects>[0]

const types = new Map(
  [definitions, ...changes.flatMap(({ targets, reads }) => [...targets, ...reads])].map((type) => [
    resourceName(type),
    type,
  ]),
)

/** What the mechanism takes best: a cookie, else a header, else the address. */
function wishOf({ can, hashes = [], isByAddressOnly, name = 'route' }: Promised): Wish {
  if (isByAddressOnly !== true)
    return { kind: 'cookie', name, ...(can.includes('ttlSeconds') ? { ttlSeconds: 60 } : {}) }
  return hashes.includes('source-ip') ? { kind: 'source-ip' } : { kind: 'header', name: 'X-User' }
}

/** What a cluster has of a promise, with a mark on each of its objects. */
function objectsOf({ text }: Promised, metadata: object = {}): KubernetesObject[] {
  return parseAllDocuments(text).map((document, index) => {
    const object = document.toJS() as KubernetesObject
    const { annotations, labels, ...more } = metadata as KubernetesObject['metadata']
    return {
      ...object,
      metadata: {
        ...object.metadata,
        ...more,
        uid: `u${index}`,
        resourceVersion: '7',
        annotations: { ...object.metadata.annotations, ...annotations },
        labels: { ...object.metadata.labels, ...labels },
      },
    }
  })
}

function listsOf(all: readonly KubernetesObject[]): Lists {
  return new Map([...types].map(([name, type]) => [name, known(all.filter((one) => isOfType(one, type)))]))
}

interface Asked {
  target: KubernetesObject
  changing: ReturnType<typeof choose>['changing']
  plan: ChangePlan
  lists: Lists
}

/** The plan for the first object that the mechanism can change. */
function ask(promised: Promised, all: readonly KubernetesObject[], request: ChangeRequest): Asked {
  const able = changes.filter(({ name }) => name === promised.by)
  const lists = listsOf(all)
  const problems: unknown[] = []
  // A route before the Service behind it.
  for (const target of all.toReversed()) {
    if (!able.some(({ targets }) => targets.some((type) => isOfType(target, type)))) continue
    try {
      return { target, lists, ...choose(able, target, { request, with: promised.by }, storeOf(lists)) }
    } catch (error) {
      problems.push(error)
    }
  }
  throw new Error(`${promised.by} changes nothing there`, { cause: problems })
}

/** An API server that takes everything, and keeps what it is asked. */
function server(): { cluster: Cluster; sent: { how: string; isDry: boolean }[] } {
  const sent: { how: string; isDry: boolean }[] = []
  const answer =
    (how: string) => async (_path: string, body: object, options: { query?: Record<string, string> }) => {
      await Promise.resolve()
      sent.push({ how, isDry: options.query?.['dryRun'] !== undefined })
      return body
    }
  const remove = async (_path: string, { dryRun }: { dryRun: boolean }) => {
    await Promise.resolve()
    sent.push({ how: 'delete', isDry: dryRun })
  }
  const cluster = { patch: answer('patch'), create: answer('create'), delete: remove } as unknown as Cluster
  return { cluster, sent }
}

const apply = async (
  { cluster }: { cluster: Cluster },
  { plan }: Asked,
  options: Partial<Parameters<typeof applyWrites>[2]> = {},
): Promise<Applied> =>
  await applyWrites(cluster, plan.writes, {
    dryRun: 'client',
    forceConflicts: false,
    signal: new AbortController().signal,
    ...options,
  })

/** managedFields by which a manager has all that a write changes. */
function ownedBy(manager: string, write: Write): object {
  if (!('fields' in write)) return {}
  const tree = changedLeaves(write)
    .map(({ path }) => path.reduceRight<object>((inner, name) => ({ [`f:${name}`]: inner }), {}) as FieldTree)
    .reduce<FieldTree>((all, one) => merge(all, one) as unknown as FieldTree, {})
  return { managedFields: [{ manager, operation: 'Update', fieldsV1: tree }] }
}

/** The same plan where the objects that are changed carry this. */
function marked(asked: Asked, mark: (write: Write) => object): Asked {
  const writes = asked.plan.writes.map((write) => ({
    ...write,
    object: {
      ...write.object,
      metadata: { ...write.object.metadata, ...(write.how === 'create' ? {} : mark(write)) },
    },
  }))
  return { ...asked, plan: { ...asked.plan, writes } }
}

const bare = (all: readonly KubernetesObject[]): unknown[] =>
  all.map(({ metadata: { labels = {}, annotations = {}, name, namespace }, ...rest }) => ({
    ...rest,
    metadata: { name, namespace, labels, annotations },
  }))

/** The objects after writes. */
function after(all: readonly KubernetesObject[], writes: readonly Write[]): KubernetesObject[] {
  return writes.map(played).reduce<KubernetesObject[]>(
    (before, { object, isGone }) => {
      const others = before.filter((one) => keyOf(refOf(one)) !== keyOf(refOf(object)))
      const place = before.findIndex((one) => keyOf(refOf(one)) === keyOf(refOf(object)))
      return isGone ? others : others.toSpliced(place === -1 ? others.length : place, 0, object)
    },
    [...all],
  )
}

/** The objects after a command that takes a change back. */
function undone(promised: Promised, all: readonly KubernetesObject[], command: string): KubernetesObject[] {
  const [, kind = '', name = ''] = /^kubectl (?:delete|patch) (\w+)[\w.]*\/([\w.-]+) /.exec(command) ?? []
  const isIt = (one: KubernetesObject): boolean =>
    [...types.values()].some((type) => type.resource === kind && isOfType(one, type)) &&
    one.metadata.name === name
  if (command.startsWith('kubectl delete ')) return all.filter((one) => !isIt(one))
  if (command.startsWith('kubectl patch ')) {
    const [, patch = ''] = /--type merge -p '(.*)'$/.exec(command) ?? []
    return all.map((one) =>
      isIt(one) ? (merge(one as never, JSON.parse(patch) as FieldTree) as unknown as KubernetesObject) : one,
    )
  }
  expect(command).toMatch(/^kubectl affinity disable /)
  return after(all, ask(promised, all, { verb: 'disable' }).plan.writes)
}

describe.each(promises)('$what of $by', (promised) => {
  const all = objectsOf(promised)
  const request: ChangeRequest = { verb: 'enable', by: wishOf(promised) }
  const asked = ask(promised, all, request)

  it('is shown before it is done, and a dry run changes nothing', async () => {
    const client = server()
    const { objects } = await apply(client, asked)
    expect(client.sent).toStrictEqual([])
    expect(objects.length).toBeGreaterThan(0)
    for (const one of objects)
      expect(await objectDiffs([one], style)).toMatch(/^--- LIVE\/.*\n(.*\n)+[+-] *\S/)
    const dry = server()
    await apply(dry, asked, { dryRun: 'server' })
    expect(dry.sent.map(({ isDry }) => isDry)).toStrictEqual(objects.map(() => true))
    const real = server()
    await apply(real, asked, { dryRun: 'none' })
    expect(real.sent.filter(({ isDry }) => !isDry)).toHaveLength(objects.length)
  })

  it('stops where a controller owns a field, and not where a person wrote it', async () => {
    for (const verb of ['enable', 'disable'] as const) {
      const now = verb === 'enable' ? all : after(all, asked.plan.writes)
      const one = ask(promised, now, verb === 'enable' ? request : { verb })
      const owned = marked(one, (write) => ownedBy('argocd-controller', write))
      const isOwned = owned.plan.writes.some(({ object }) => JSON.stringify(object).includes('f:'))
      const outcome = apply(server(), owned)
      if (isOwned) await expect(outcome).rejects.toThrow(/argocd-controller/)
      else await outcome
      await apply(server(), owned, { forceConflicts: true })
      await apply(
        server(),
        marked(one, (write) => ownedBy('kubectl-edit', write)),
      )
    }
  })

  it.each([
    ['Argo CD application "shop"', { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:x/y:z' } }],
    ['Helm release "shop"', { annotations: { 'meta.helm.sh/release-name': 'shop' } }],
    ['Flux Kustomization "shop"', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' } }],
  ])('is said to be undone by %s, who keeps it', async (name, mark) => {
    const kept = ask(promised, objectsOf(promised, mark), request)
    const { warnings } = await apply(server(), kept)
    const isChanged = kept.plan.writes.some(({ how }) => how !== 'create')
    expect(warnings.some(({ message }) => message.startsWith(`${name} keeps this `))).toBe(isChanged)
  })

  it('is taken back by the commands that are printed', () => {
    const { plan, lists, changing, target } = asked
    const ref = { kind: target.kind.toLowerCase(), namespace: 'shop', name: target.metadata.name }
    const undo = undoOf({ changing, target: ref, object: target, plan, lists })
    const back = undo.reduce((now, command) => undone(promised, now, command), after(all, plan.writes))
    expect(bare(back)).toStrictEqual(bare(all))
  })
})
