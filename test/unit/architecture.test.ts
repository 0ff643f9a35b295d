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

/** All files of src, by their paths below it. */
const files: readonly { file: string; text: string }[] = readdirSync(src, {
  recursive: true,
  encoding: 'utf8',
})
  .filter((name) => name.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }))

const imports: readonly Import[] = files
  .filter(({ file }) => file.includes('/'))
  .flatMap(({ file, text }) => {
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
    const pages = readdirSync(join(root, 'docs/commands')).map((page) =>
      readFileSync(join(root, 'docs/commands', page), 'utf8'),
    )
    const flags = new Set(
      pages.flatMap((page) => [...page.matchAll(/^\| `(?:-., )?(--[a-z-]+)/gm)].map(([, flag]) => flag)),
    )
    const edges = [
      'cli/',
      'commands/',
      'report/',
      // Its stories are command lines.
      'demo/',
      // Reads command lines, and writes them.
      'model/targets/',
      // What is described here are the fields of `-o json`, by the flags that bring them.
      'model/contract/',
      // Where the cluster is, is said in kubectl's words.
      'cluster/',
    ]
    const found = files
      .filter(({ file }) => !file.endsWith('.generated.ts') && !edges.some((edge) => file.startsWith(edge)))
      .flatMap(({ file, text }) =>
        text
          .split('\n')
          .filter((line) => !/^ *(\/?\*|\/\/)/.test(line))
          .flatMap((line) => line.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [])
          .filter((flag) => flags.has(flag))
          .map((flag) => `src/${file} names ${flag}`),
      )
    expect(flags.size).toBeGreaterThan(80)
    expect(found).toEqual([])
  })

  it('leads from what is pure to nothing of Node', () => {
    expect(wrong(({ folder, of }) => pure.has(topOf(folder)) && of.startsWith('node:'))).toEqual([])
  })
})

describe('the names of types', () => {
  it('mean one thing each', () => {
    const places = Map.groupBy(
      files.flatMap(({ file, text }) =>
        [...text.matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(([, name = '']) => ({
          file,
          name,
        })),
      ),
      ({ name }) => name,
    )
    const shared = [...places.values()].filter((all) => all.length > 1)
    expect(shared.flat().map(({ file, name }) => `${name} of src/${file}`)).toEqual([])
  })
})
