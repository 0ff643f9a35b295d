import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { alignLetters } from '../../../../../src/report/probe/comparison/letters.ts'
import { renderComparison } from '../../../../../src/report/probe/comparison/render.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { textWidth } from '../../../../../src/report/text/width.ts'
import { anyResult } from '../arbitrary.ts'
import { comparisons } from './fixtures.ts'

const folder = join(import.meta.dirname, '../../../../golden/probe/comparison')
const plain = createStyle({ isTTY: false, env: {} })
const colour = createStyle({ isTTY: true, env: { TERM: 'xterm' } })

const rendered = async (name: string, format: 'text' | 'json' | 'yaml' | 'name', width = 80, style = plain) =>
  await renderComparison(comparisons[name]!(), format, { style, width, next: [] })

describe('two results side by side', () => {
  it.each(Object.keys(comparisons))('%s', async (name) => {
    const texts = [120, 100, 80, 50].map(async (width) => {
      const ruler = `${'-'.repeat(width - 4)} ${String(width).padStart(3)}`
      return `${ruler}\n${await rendered(name, 'text', width)}`
    })
    const text = (await Promise.all(texts)).join('\n')
    await expect(text).toMatchFileSnapshot(join(folder, `${name}.txt`))
  })

  it('in colour', async () => {
    const text = await rendered('different', 'text', 120, colour)
    await expect(text.replaceAll('\u001B', '␛')).toMatchFileSnapshot(join(folder, 'colour.txt'))
  })

  it.each(['json', 'name'] as const)('as %s', async (format) => {
    await expect(await rendered('different', format)).toMatchFileSnapshot(
      join(folder, `different.${format === 'json' ? 'json' : 'name.txt'}`),
    )
  })

  it('yaml and json say the same', async () => {
    expect(parse(await rendered('echo-cluster', 'yaml'))).toEqual(
      JSON.parse(await rendered('echo-cluster', 'json')),
    )
  })

  it('keeps within the width', async () => {
    for (const name of Object.keys(comparisons)) {
      for (const width of [40, 60, 99, 100, 101, 160]) {
        const lines = (await rendered(name, 'text', width)).split('\n')
        expect(Math.max(...lines.map((line) => textWidth(line))), `${name} at ${width}`).toBeLessThanOrEqual(
          width,
        )
      }
    }
  })
})

describe('letters', () => {
  const keys = (result: { backends: { backend: { letter: string; kind: string; name: string } }[] }) =>
    new Map(
      result.backends.map(({ backend: { kind, name, letter } }, index, all) => {
        const same = all
          .slice(0, index)
          .filter(({ backend }) => backend.kind === kind && backend.name === name)
        return [`${kind} ${name} ${same.length}`, letter]
      }),
    )

  it('are the same for those who answered in both, and never shared by two', () => {
    fc.assert(
      fc.property(anyResult, anyResult, (first, second) => {
        const [one, two] = [keys(first), keys(alignLetters(first, second))]
        for (const [key, letter] of two) {
          if (one.has(key) && letter !== '+') expect(letter).toBe(one.get(key))
        }
        const owned = [...new Map([...one, ...two]).values()].filter((letter) => letter !== '+')
        expect(new Set(owned).size).toBe(owned.length)
      }),
      { numRuns: 100 },
    )
  })

  it('say the same about the run', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        expect(alignLetters(result, result)).toEqual(result)
      }),
      { numRuns: 50 },
    )
  })
})
