import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../support/folder.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const bun = here('../../../node_modules/.bin/bun')

/** What users run is compiled by Bun, whose sockets, TLS and HTTP are its own. */
describe.skipIf(!existsSync(bun))('under Bun', () => {
  it('cluster access behaves the same', () => {
    const transport = ['http/http2', 'connection-problem'].map((name) => `transport/${name}`)
    const streams = ['watch', 'logs'].map((name) => `streams/${name}`)
    const names = ['client', 'credentials', 'proxy', 'exec', ...transport, ...streams]
    const files = names.map((name) => here(`./${name}.test.ts`))
    // A path that is not there would be left out in silence.
    expect(files.filter((file) => !existsSync(file))).toEqual([])
    // It loads their helpers once for all of them, and leaves the folders of most.
    const env = { ...process.env, TMPDIR: temporaryFolder() }
    const { status, stderr } = spawnSync(bun, ['test', ...files], { env, encoding: 'utf8' })
    expect(status, stderr).toBe(0)
  }, 180_000)
})
