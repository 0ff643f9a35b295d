import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readManifests } from '../../../src/change/manifest/files.ts'

describe('-f', () => {
  let folder: string
  const stdin = (async function* () {
    yield Buffer.from('from ')
    yield await Promise.resolve('stdin')
  })()
  const read = async (paths: string[], recursive = false): Promise<string[]> => {
    const files = await readManifests(
      paths.map((path) => (path === '-' ? path : join(folder, path))),
      { recursive, stdin },
    )
    return files.map(({ name, text }) => `${name === '-' ? name : relative(folder, name)}: ${text}`)
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'affinity-files-'))
    mkdirSync(join(folder, 'sub', 'deep'), { recursive: true })
    mkdirSync(join(folder, 'empty'))
    const names = ['b.yaml', 'a.yml', 'c.json', 'notes.txt', 'sub/d.yaml', 'sub/deep/e.yaml', 'empty/x.md']
    for (const name of names) writeFileSync(join(folder, name), name)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('reads files whatever they are called, and manifests of folders in a stable order', async () => {
    expect(await read(['notes.txt', '.'])).toStrictEqual([
      'notes.txt: notes.txt',
      'a.yml: a.yml',
      'b.yaml: b.yaml',
      'c.json: c.json',
    ])
  })

  it('looks into folders below with -R', async () => {
    expect(await read(['sub'], true)).toStrictEqual([
      'sub/d.yaml: sub/d.yaml',
      'sub/deep/e.yaml: sub/deep/e.yaml',
    ])
  })

  it('takes standard input for -', async () => {
    expect(await read(['-', 'a.yml'])).toStrictEqual(['-: from stdin', 'a.yml: a.yml'])
  })

  it('says what is wrong as kubectl does', async () => {
    await expect(read(['nope.yaml'])).rejects.toThrow(/^the path ".*nope\.yaml" does not exist$/)
    await expect(read(['empty'])).rejects.toThrow(/recognized file extensions are \[\.json \.yaml \.yml\]/)
    await expect(readManifests(['https://example.com/x.yaml'], { recursive: false, stdin })).rejects.toThrow(
      'only files, folders and "-"',
    )
  })
})
