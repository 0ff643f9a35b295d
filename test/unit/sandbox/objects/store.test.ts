import { describe, expect, test } from 'vitest'
import type { Call } from '../../../../src/sandbox/api/call.ts'
import { list, watch } from '../../../../src/sandbox/api/read.ts'
import { types } from '../../../../src/sandbox/objects/resource.ts'
import { ObjectStore } from '../../../../src/sandbox/objects/store.ts'

const call = (query: string): Call => ({
  method: 'GET',
  type: types.configmaps,
  namespace: 'default',
  name: undefined,
  subresource: undefined,
  rest: '',
  query: new URLSearchParams(query),
  accept: 'application/json',
  contentType: '',
  userAgent: 'test',
  user: 'admin',
  warn: () => {},
})

function filled(count: number): ObjectStore {
  const store = new ObjectStore()
  for (let index = 0; index < count; index += 1)
    store.create(types.configmaps, { metadata: { name: `c${index}`, namespace: 'default' }, data: {} })
  return store
}

interface List {
  metadata: { continue?: string; remainingItemCount?: number }
  items: { metadata: { name: string } }[]
}

describe('lists', () => {
  test('come in pages', () => {
    const store = filled(5)
    const names: string[] = []
    let token = ''
    do {
      const page = list(store, call(`limit=2&continue=${token}`)) as List
      names.push(...page.items.map(({ metadata }) => metadata.name))
      token = page.metadata.continue ?? ''
    } while (token !== '')
    expect(names).toStrictEqual(['c0', 'c1', 'c2', 'c3', 'c4'])
  })

  test('a continue token of somebody else has expired', () => {
    expect(() => list(filled(1), call('continue=bm9uc2Vuc2U'))).toThrow(/too old/)
  })
})

describe('watches', () => {
  /** What a watch tells while `action` goes on. */
  function toldBy(store: ObjectStore, query: string, action: () => void): string[] {
    const told: string[] = []
    const watching = watch(
      store,
      call(query),
      (event) => {
        const { type, object } = event as { type: string; object: { metadata: { name?: string } } }
        told.push(`${type} ${object.metadata.name ?? ''}`.trim())
      },
      () => {},
    )
    watching.start()
    action()
    watching.stop()
    return told
  }

  test('begin with what there is, or after a version', () => {
    const store = filled(2)
    const [first] = store.list(types.configmaps)
    expect(toldBy(store, '', () => {})).toStrictEqual(['ADDED c0', 'ADDED c1'])
    expect(toldBy(store, `resourceVersion=${first!.metadata.resourceVersion}`, () => {})).toStrictEqual([
      'ADDED c1',
    ])
  })

  test('say when the first events are over', () => {
    expect(toldBy(filled(1), 'sendInitialEvents=true', () => {})).toStrictEqual(['ADDED c0', 'BOOKMARK'])
  })

  test('an object that no longer matches is gone', () => {
    const store = filled(1)
    const [object] = store.list(types.configmaps)
    const label = (labels: Record<string, string>) => () =>
      store.update(types.configmaps, object!, (current) => ({ metadata: { ...current.metadata, labels } }))
    expect(toldBy(store, 'labelSelector=a%3Db', label({ a: 'b' }))).toStrictEqual(['ADDED c0'])
    expect(toldBy(store, `labelSelector=a%3Db&resourceVersion=${store.revision}`, label({}))).toStrictEqual([
      'DELETED c0',
    ])
  })

  test('of a version that is forgotten are refused', () => {
    const store = filled(2)
    store.forget()
    expect(() =>
      watch(
        store,
        call('resourceVersion=1'),
        () => {},
        () => {},
      ),
    ).toThrow(/too old resource version/)
  })
})
