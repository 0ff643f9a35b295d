import { describe, expect, it } from 'vitest'
import { analyse, analyseObject, type Explanation } from '../../../src/analysis/analyse.ts'
import { sceneOf } from '../../../src/analysis/store.ts'
import { targetKinds } from '../../../src/mechanisms/index.ts'
import { isOfType, keyOf, refOf } from '../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../src/model/cluster/snapshot.ts'
import { explainFormats, createRenderer } from '../../../src/report/explain/render.ts'
import { createStyle } from '../../../src/report/terminal.ts'
import { randomOf } from '../../faults/random.ts'
import { target } from '../analysis/build.ts'
import { grid } from '../analysis/grid.ts'
import type { GridRow } from '../analysis/rows.ts'

/** Sets a title, deletes a line, reverses the reading order, hides, begins a line of its own. */
const words = 'evil\u001B]0;owned\u0007\u001B[2K\u009B31m\u202Egnp\u2066\u200B\u2028\r\u007F\nFORGED'
// oxlint-disable-next-line no-control-regex -- these are meant
const dangerous = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u2028\u2029\u202A-\u202E\u2066-\u2069]/

/** By these objects are found, or told apart. */
const kept = new Set(['apiVersion', 'kind', 'namespace', 'source', 'known', 'lists'])

/** A copy some of whose texts, and of the keys of maps, say more than they should. */
function spoilt<T>(value: T, random: () => number, within = ''): T {
  const isPicked = (): boolean => random() < 0.2
  if (typeof value === 'string') return (isPicked() ? `${value}${words}` : value) as T
  if (Array.isArray(value)) return value.map((one) => spoilt(one, random, within)) as T
  if (value instanceof Map)
    return new Map([...value].map(([key, one]) => [key as unknown, spoilt(one as unknown, random)])) as T
  if (typeof value !== 'object' || value === null) return value
  const hasFreeKeys = ['labels', 'annotations', 'matchLabels', 'selector'].includes(within)
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => {
      const isName = within === 'metadata' && key === 'name'
      const own = isName || kept.has(key) ? one : spoilt(one, random, key)
      return [hasFreeKeys && isPicked() ? `${key}${words}` : key, own]
    }),
  ) as T
}

/** What is explained of a row: what is kept finds it again. */
function explain(found: Snapshot, of: GridRow['of']): Explanation {
  if (of === undefined) return analyse(found, target)
  const all = [...found.objects.lists.values()].flatMap((list) => (list.known ? list.value : []))
  const object = all.find((one) => keyOf(refOf(one)) === keyOf(of))!
  const kind = targetKinds.find(({ type }) => isOfType(object, type))!
  return analyseObject(sceneOf(found), kind, object)
}

describe('objects of any kind with hostile words in any field move nobody’s cursor', () => {
  it.each(Object.entries(grid))('where %s fires', async (code, { fires, of }) => {
    const random = randomOf(Object.keys(grid).indexOf(code))
    const explanations = Array.from({ length: 4 }, () => explain(spoilt(fires(), random), of))
    for (const format of explainFormats) {
      const renderer = await createRenderer(format, {
        style: createStyle({ isTTY: true, env: { NO_COLOR: '1' } }),
        // Where lines break, words may begin one.
        width: 4000,
        level: 'info',
        findingsOnly: false,
        single: false,
        compact: false,
        isList: false,
        next: () => [],
      })
      const text = explanations.map((item) => renderer.item(item)).join('') + renderer.end()
      expect(text, format).not.toMatch(dangerous)
      // YAML breaks lines within its quotes, as its readers know.
      if (format !== 'yaml') expect(text, format).not.toMatch(/^ *FORGED/m)
    }
  })
})
