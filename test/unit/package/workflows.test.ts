import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import packageJson from '../../../package.json' with { type: 'json' }
import { archiveName, platforms } from '../../../scripts/package/platforms.ts'

const folder = join(import.meta.dirname, '..', '..', '..', '.github', 'workflows')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

test('workflows run scripts that there are, with no more rights than they need', () => {
  for (const name of readdirSync(folder)) {
    const text = read(name)
    expect(parse(text)).toMatchObject({ permissions: { contents: 'read' } })
    for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(packageJson.scripts), name).toContain(script)
  }
})

test('the release is tried on every platform before it is published', () => {
  const text = read('release.yml')
  const files = [...text.matchAll(/file: ([\w.]+)/g)].map(([, file]) => file)
  const made = platforms.map((platform) => archiveName(platform, '').replace('kubectl-affinity_v_', ''))
  expect(files).toHaveLength(made.length)
  expect(new Set(files)).toStrictEqual(new Set(made))
  const { jobs }: { jobs: Record<string, { needs?: string }> } = parse(text)
  expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs])).toStrictEqual([
    ['build', undefined],
    ['try', 'build'],
    ['draft', 'try'],
    ['npm', 'draft'],
    ['publish', 'npm'],
  ])
})

test('what runs code of this repository may write nothing', () => {
  const { jobs }: { jobs: Record<string, { permissions: object }> } = parse(read('release.yml'))
  expect(jobs['build']?.permissions).toStrictEqual({ contents: 'read' })
  expect(jobs['try']?.permissions).toStrictEqual({ contents: 'read' })
})

test('actions are pinned by commit', () => {
  for (const name of readdirSync(folder))
    for (const [, action] of read(name).matchAll(/uses: (.*)/g))
      expect(action, name).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})
