import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const src = join(root, 'src')

/** Folders of src, and which others each may import, as docs/architecture.md says. One within another is apart from it. */
const allowed = new Map(
  [
    ...readFileSync(join(root, 'docs/architecture.md'), 'utf8').matchAll(
      /^\| `src\/([\w/]+)\/` \|.*\| ([^|]*) \|$/gm,
    ),
  ].map(
    ([, folder = '', others = '']) =>
      [folder, others.split(', ').filter((word) => word !== 'nothing')] as const,
  ),
)

/** It may import everything. */
const outermost = 'commands'

/** Without I/O, clock, process or randomness. */
const pure = new Set(['analysis', 'judge', 'mechanisms', 'model', 'validation'])

/** The row that a file of src belongs to; its outermost folder where it has none. */
function folderOf(file: string): string {
  const rows = [...allowed.keys()].filter((folder) => file.startsWith(`${folder}/`))
  return rows.toSorted((a, b) => b.length - a.length)[0] ?? topOf(file)
}

const topOf = (file: string): string => file.split('/')[0] ?? ''

interface Import {
  file: string
  folder: string
  /** A file of src; undefined for a package. */
  to: string | undefined
  /** A folder of src, or the name of a package. */
  of: string
}

const imports: readonly Import[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name.includes('/'))
  .flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8')
    const folder = folderOf(file)
    return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => {
      const to = name.startsWith('.') ? relative(src, resolve(dirname(join(src, file)), name)) : undefined
      return { file, folder, to, of: to === undefined ? name : folderOf(to) }
    })
  })

const wrong = (isWrong: (one: Import) => boolean): string[] =>
  imports.filter(isWrong).map(({ file, of }) => `src/${file} imports ${of}`)

describe('the direction of imports', () => {
  it('has a line for every folder', () => {
    expect([...allowed.keys()].toSorted()).toEqual(
      [...new Set(imports.map(({ folder }) => folder))].toSorted(),
    )
  })

  it('is the one in docs/architecture.md', () => {
    const folders = new Set(allowed.keys())
    const isAllowed = ({ folder, of }: Import): boolean =>
      of === folder || folder === outermost || (allowed.get(folder) ?? []).includes(of)
    expect(wrong((one) => folders.has(one.of) && !isAllowed(one))).toEqual([])
  })

  it('names no folder that is not used', () => {
    const used = new Set(imports.map(({ folder, of }) => `${folder} → ${of}`))
    const said = [...allowed]
      .filter(([folder]) => folder !== outermost)
      .flatMap(([folder, others]) => others.map((of) => `${folder} → ${of}`))
    expect(said.filter((one) => !used.has(one))).toEqual([])
  })

  it('leads in no circle from file to file', () => {
    const left = Map.groupBy(imports, ({ file }) => file)
    const isLeft = ({ to }: Import): boolean => to !== undefined && left.has(to)
    // What imports nothing that is left is in no circle.
    for (let before = 0; before !== left.size;) {
      before = left.size
      for (const [file, own] of left) if (!own.some(isLeft)) left.delete(file)
    }
    expect([...left.keys()]).toEqual([])
  })

  it('leads to client-node from src/cluster only', () => {
    const isClient = ({ of }: Import): boolean => of.startsWith('@kubernetes/client-node')
    expect(wrong((one) => isClient(one) && one.folder !== 'cluster')).toEqual([])
  })

  it('leaves the names of flags to the command line', () => {
    const advice = /hints: \[[^\]]*?'[^'\n]*--[a-z][^\]]*\]/g
    const outer = new Set(['cli', 'cluster', 'commands', 'demo', 'sandbox'])
    const found = [...new Set(imports.map(({ file }) => file))].filter((file) => {
      const said = outer.has(topOf(file)) ? [] : (readFileSync(join(src, file), 'utf8').match(advice) ?? [])
      return said.some((words) => !words.includes('commandFor(') && !words.includes('kubectl '))
    })
    expect(found).toEqual([])
  })

  it('leaves them to it in notes, too', () => {
    // A flag within a sentence. A word of a command line stands by itself.
    const sentence = /[a-z)}][;:,]? \(?--[a-z]|['`]--[a-z-]+ [a-z]/
    const inner = new Set(['change', 'external', 'judge', 'probe', 'snapshot'])
    const found = [...new Set(imports.map(({ file }) => file))].flatMap((file) => {
      const lines = inner.has(topOf(file)) ? readFileSync(join(src, file), 'utf8').split('\n') : []
      return lines
        .filter((line) => sentence.test(line) && !/^ *(\/?\*|\/\/)|kubectl |helm |oc /.test(line))
        .map((line) => `src/${file}: ${line.trim()}`)
    })
    expect(found).toEqual([])
  })

  it('leads from what is pure to nothing of Node', () => {
    expect(wrong(({ folder, of }) => pure.has(topOf(folder)) && of.startsWith('node:'))).toEqual([])
  })
})
