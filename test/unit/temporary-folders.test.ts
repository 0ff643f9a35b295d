import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = join(import.meta.dirname, '..')

/** It fills the cache of tools: what it makes is renamed. */
const others = new Set(['package/support/tools.ts'])

it('test files have their temporary folders from the one helper, which removes them', () => {
  const makers = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.ts$|^\w+\/([\w-]+\/)*support\//.test(name) && name.endsWith('.ts'))
    .filter((name) => !name.startsWith('lab/') && !others.has(name))
    .filter((name) => /\bmkdtemp(Sync)?\(/.test(readFileSync(join(folder, name), 'utf8')))
  expect(makers).toStrictEqual([])
})
