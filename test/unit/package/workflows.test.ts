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

test('the release is tried on every platform but the one that it is made on', () => {
  const files = [...read('release.yml').matchAll(/file: ([\w.]+)/g)].map(([, file]) => file)
  const made = platforms.map((platform) => archiveName(platform, '').replace('kubectl-affinity_v_', ''))
  expect(new Set([...files, 'linux_amd64.tar.gz'])).toStrictEqual(new Set(made))
})
