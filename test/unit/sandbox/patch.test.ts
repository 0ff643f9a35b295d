import { describe, expect, test } from 'vitest'
import { jsonPatch, mergePatch, strategicPatch } from '../../../src/sandbox/api/writing/patch.ts'

const ports = [
  { name: 'web', port: 80, protocol: 'TCP' },
  { name: 'mail', port: 25, protocol: 'TCP' },
]

describe('patches', () => {
  test('merge: null removes, lists are replaced', () => {
    expect(
      mergePatch({ a: 1, b: { c: 2, d: 3 }, l: [1, 2] }, { a: null, b: { c: 4 }, l: [3] }),
    ).toStrictEqual({
      b: { c: 4, d: 3 },
      l: [3],
    })
  })

  test('strategic: lists with a key are merged item by item', () => {
    expect(
      strategicPatch({ ports }, { ports: [{ port: 25, targetPort: 2525 }, { port: 26 }] }),
    ).toStrictEqual({
      ports: [ports[0], { ...ports[1], targetPort: 2525 }, { port: 26 }],
    })
    expect(strategicPatch({ ports }, { ports: [{ port: 80, $patch: 'delete' }] })).toStrictEqual({
      ports: [ports[1]],
    })
  })

  test('strategic: other lists are replaced', () => {
    expect(strategicPatch({ args: ['a', 'b'] }, { args: ['c'] })).toStrictEqual({ args: ['c'] })
  })

  test('json: operations in their order, escapes in paths', () => {
    const before = { a: { 'x/y': 1 }, l: [1, 2] }
    const operations = [
      { op: 'test', path: '/a/x~1y', value: 1 },
      { op: 'replace', path: '/a/x~1y', value: 2 },
      { op: 'add', path: '/l/-', value: 3 },
      { op: 'remove', path: '/l/0' },
      { op: 'copy', from: '/l/0', path: '/b' },
    ]
    expect(jsonPatch(before, operations)).toStrictEqual({ a: { 'x/y': 2 }, l: [2, 3], b: 2 })
    expect(before.l).toStrictEqual([1, 2])
  })

  test('json: what is not there cannot be replaced', () => {
    expect(() => jsonPatch({}, [{ op: 'replace', path: '/spec/a', value: 1 }])).toThrow(/doc is missing path/)
    expect(() => jsonPatch({ a: 1 }, [{ op: 'test', path: '/a', value: 2 }])).toThrow(/test failed/)
  })
})
