import { expired } from '../failure.ts'
import { apiVersionOf, type Resource } from '../objects/resource.ts'
import { fieldSelector, labelSelector } from '../objects/selectors.ts'
import type { Change, ObjectStore } from '../objects/store.ts'
import type { Call } from './call.ts'
import { tableOf } from './forms/table.ts'

type Show = (object: Resource) => object

/** Whether `kubectl get` asks for columns, and the objects as they are shown then. */
const wantsTable = (accept: string): boolean => /as=Table/.test(accept.split(',')[0] ?? '')

export function showOne(call: Call): Show {
  if (!wantsTable(call.accept)) return (object) => object
  return (object) =>
    tableOf(
      call.type,
      [object],
      { resourceVersion: object.metadata.resourceVersion },
      call.query.get('includeObject'),
    )
}

function wanted(call: Call): (object: Resource) => boolean {
  const [byLabel, byField] = [
    labelSelector(call.query.get('labelSelector')),
    fieldSelector(call.query.get('fieldSelector')),
  ]
  return (object) =>
    byLabel(object) && byField(object) && (call.name === undefined || object.metadata.name === call.name)
}

/** A list, in pages when the client asks for them. */
export function list(store: ObjectStore, call: Call): object {
  const { type, namespace, query, accept } = call
  const all = store.list(type, namespace).filter(wanted(call))
  const from = startOf(query.get('continue'), all)
  const limit = Number(query.get('limit') ?? 0)
  const page = limit > 0 ? all.slice(from, from + limit) : all.slice(from)
  const left = all.length - from - page.length
  const last = page.at(-1)
  const metadata = {
    resourceVersion: String(store.revision),
    ...(left > 0 && last !== undefined ? { continue: tokenOf(last), remainingItemCount: left } : {}),
  }
  if (wantsTable(accept)) return tableOf(type, page, metadata, query.get('includeObject'))
  return { kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata, items: page }
}

const keyOf = ({ metadata }: Resource): string => `${metadata.namespace ?? ''}/${metadata.name}`
const tokenOf = (last: Resource): string => Buffer.from(keyOf(last)).toString('base64url')

function startOf(token: string | null, all: readonly Resource[]): number {
  if (!token) return 0
  const key = Buffer.from(token, 'base64url').toString('utf8')
  if (!key.includes('/'))
    throw expired('The provided continue parameter is too old to display a consistent list result.')
  const index = all.findIndex((object) => keyOf(object) > key)
  return index < 0 ? all.length : index
}

/** How long a watch lasts when the client does not say, and at most. */
const [defaultSeconds, mostSeconds] = [1800, 86_400]
const bookmarkMs = 10_000

/** A watch: what there is when no version is given, and everything that happens from then on. */
export function watch(
  store: ObjectStore,
  call: Call,
  send: (event: object) => void,
  end: () => void,
): { start: () => void; stop: () => void } {
  const { type, namespace, query } = call
  const show = showOne(call)
  const isWanted = wanted(call)
  const matching = (object: Resource | undefined): boolean =>
    object !== undefined &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    isWanted(object)
  const tell = ({ type: kind, object, previous }: Change): void => {
    const [before, after] = [matching(previous), kind !== 'DELETED' && matching(object)]
    if (after) send({ type: before ? 'MODIFIED' : 'ADDED', object: show(object) })
    else if (before) send({ type: 'DELETED', object: show(object) })
  }
  const bookmark = (annotations?: Record<string, string>): void => {
    const metadata = {
      resourceVersion: String(store.revision),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    }
    send({ type: 'BOOKMARK', object: { kind: type.kind, apiVersion: apiVersionOf(type), metadata } })
  }
  const version = query.get('resourceVersion') ?? ''
  const initial = query.get('sendInitialEvents') === 'true'
  // Before anything is answered: a version that is too old is told in the stream, as the API server does.
  const missed = initial || version === '' || version === '0' ? undefined : store.since(type, Number(version))
  const asked = Number(query.get('timeoutSeconds') ?? defaultSeconds)
  const seconds = asked > 0 && asked <= mostSeconds ? asked : defaultSeconds
  let stopListening: (() => void) | undefined
  let timers: NodeJS.Timeout[] = []
  return {
    start: () => {
      if (missed === undefined)
        for (const object of store.list(type, namespace).filter(isWanted))
          send({ type: 'ADDED', object: show(object) })
      else for (const change of missed) tell(change)
      if (initial) bookmark({ 'k8s.io/initial-events-end': 'true' })
      stopListening = store.subscribe((change) => {
        if (change.resource === type) tell(change)
      })
      timers = [setTimeout(end, seconds * 1000)]
      if (query.get('allowWatchBookmarks') === 'true') timers.push(setInterval(() => bookmark(), bookmarkMs))
    },
    stop: () => {
      stopListening?.()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
