/**
 * Prints what of src no test reaches that needs no lab: `npm run reached`, or with the levels that are to run. The program runs from
 * its sources, in whose place the executable stands otherwise, and Node counts what of them it runs; vitest counts what runs in
 * the tests themselves. A program from sources is slow and no single file, so that some tests fail; they count all the same. The
 * scenarios take more than an hour so: Ctrl-C ends it with what is not reached by then.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

interface Place {
  line: number
  column: number
}
interface Span {
  start: Place
  end: Place
}

/** What vitest writes of a file, as istanbul defines it. */
interface FileCoverage {
  path: string
  statementMap: Record<string, Span>
  fnMap: Record<string, { name: string; decl: Span; loc: Span }>
  branchMap: Record<string, { type: string; loc: Span; locations: Span[] }>
  s: Record<string, number>
  f: Record<string, number>
  b: Record<string, number[]>
}

/** What Node writes of a process. */
interface ProcessCoverage {
  result: {
    url: string
    functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[]
  }[]
}

/** Something that runs or does not. */
interface Piece {
  kind: 'statements' | 'functions' | 'branches'
  words: string
  line: number
  /** Where it is in the file; that of an `else` that is not there is where its `if` begins. */
  at: number
  /** For such an `else`: where what is run instead of it begins. */
  instead?: number
  /** Of a function: where it ends. */
  end?: number
  isReached: boolean
}

const root = join(import.meta.dirname, '..')
const folder = join(tmpdir(), `affinity-reached-${process.pid}`)
const levels = process.argv.length > 2 ? process.argv.slice(2) : ['unit', 'blackbox', 'scenarios*']
const pieces = new Map<string, Piece[]>()

mkdirSync(join(folder, 'processes'), { recursive: true })
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('SIGINT', () => {
  printLeft()
  process.exit(130)
})
writeFileSync(
  join(folder, 'kubectl-affinity'),
  `#!/bin/sh
NODE_V8_COVERAGE=${join(folder, 'processes')} exec ${process.execPath} --disable-warning=ExperimentalWarning ${join(root, 'bin/kubectl-affinity.ts')} "$@"
`,
  { mode: 0o755 },
)
for (const name of ['npm', 'kubectl_complete-affinity'])
  symlinkSync(join(root, 'dist', name), join(folder, name))

for (const level of levels) {
  await run(level)
  const all = [...pieces.values()].flat()
  const shares = (['statements', 'functions', 'branches'] as const).map((kind) => {
    const those = all.filter((one) => one.kind === kind)
    const reached = those.filter(({ isReached }) => isReached).length
    return `${((100 * reached) / those.length).toFixed(2)} % of ${those.length} ${kind}`
  })
  console.log(`reached with ${level}: ${shares.join(', ')}`)
}

printLeft()

/** Prints what is not reached, folder by folder. */
function printLeft(): void {
  const files = [...pieces].toSorted(([one], [other]) => one.localeCompare(other))
  const folders = Map.groupBy(files, ([path]) => dirname(relative(root, path)))
  for (const [name, those] of folders) {
    const lines = those.flatMap(([path, own]) => {
      const left = own.filter(({ isReached }) => !isReached)
      // What is in a function that nobody calls goes without saying.
      const said = left.filter(({ at }) => !left.some(({ at: begin, end = begin }) => begin < at && at < end))
      return said
        .toSorted((one, other) => one.line - other.line)
        .map(({ words, line }) => `  ${relative(join(root, name), path)}:${line} ${words}`)
    })
    if (lines.length > 0) console.log([name, ...lines].join('\n'))
  }
}

/** Runs the tests of a level, and takes in meanwhile what processes left that have ended: they are many. */
async function run(level: string): Promise<void> {
  const reports = join(folder, level.replace('*', ''))
  const coverage = ['enabled', 'reportOnFailure', 'reporter=json', `reportsDirectory=${reports}`]
  const words = ['vitest', 'run', '--project', level, ...coverage.map((one) => `--coverage.${one}`)]
  const env = { ...process.env, KUBECTL_AFFINITY_DIST: folder, KUBECTL_AFFINITY_SITE: 'sandbox' }
  const child = spawn('npx', words, { cwd: root, env, stdio: ['ignore', 2, 2] })
  while (child.exitCode === null && child.signalCode === null) {
    await sleep(2000)
    takeProcesses()
  }
  const report = readFileSync(join(reports, 'coverage-final.json'), 'utf8')
  for (const file of Object.values(JSON.parse(report) as Record<string, FileCoverage>)) takeFile(file)
  takeProcesses()
}

function takeFile(file: FileCoverage): void {
  const found = piecesOf(file)
  const before = pieces.get(file.path) ?? found
  for (const [index, piece] of before.entries()) piece.isReached ||= found[index]?.isReached === true
  pieces.set(file.path, before)
}

function piecesOf({ path, statementMap, fnMap, branchMap, s, f, b }: FileCoverage): Piece[] {
  const text = readFileSync(path, 'utf8')
  const starts = [0]
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1)
  const offset = ({ line, column }: Place): number => (starts[line - 1] ?? 0) + column
  const statements = Object.entries(statementMap).map(([id, { start }]): Piece => ({
    kind: 'statements',
    words: 'statement',
    line: start.line,
    at: offset(start),
    isReached: (s[id] ?? 0) > 0,
  }))
  const functions = Object.entries(fnMap).map(([id, { name, decl, loc }]): Piece => ({
    kind: 'functions',
    words: `function ${name}`,
    line: decl.start.line,
    at: offset(loc.start),
    end: offset(loc.end),
    isReached: (f[id] ?? 0) > 0,
  }))
  // Of what follows a condition vitest says where the `if` is. It may hold a function of one expression, which is no statement of it.
  const consequents = statements
    .map(({ at }) => at)
    .filter((at) => /(?:[){]|\/\/.*)\s*$/.test(text.slice(Math.max(0, at - 300), at)))
    .toSorted((one, other) => one - other)
  const branches = Object.entries(branchMap).flatMap(([id, { type, loc, locations }]) =>
    locations.map((location, index): Piece => {
      const begin = offset(loc.start)
      const consequent = consequents.find((at) => at > begin) ?? begin
      const isThere = location.start.line !== undefined
      return {
        kind: 'branches',
        words: `${type} ${index + 1}${isThere ? '' : ' (none)'}`,
        line: isThere ? location.start.line : loc.start.line,
        at: !isThere ? begin : type === 'if' && index === 0 ? consequent : offset(location.start),
        ...(isThere ? {} : { instead: consequent }),
        isReached: (b[id]?.[index] ?? 0) > 0,
      }
    }),
  )
  return [...statements, ...functions, ...branches]
}

function takeProcesses(): void {
  if (pieces.size === 0) return
  for (const name of readdirSync(join(folder, 'processes'))) {
    const path = join(folder, 'processes', name)
    let coverage: ProcessCoverage
    try {
      coverage = JSON.parse(readFileSync(path, 'utf8')) as ProcessCoverage
    } catch {
      // It is being written.
      continue
    }
    rmSync(path)
    for (const { url, functions } of coverage.result) {
      const own = url.startsWith('file:') ? pieces.get(fileURLToPath(url)) : undefined
      const left = own?.filter(({ isReached }) => !isReached) ?? []
      if (left.length === 0) continue
      const ranges = functions
        .flatMap(({ ranges }) => ranges)
        .toSorted((one, other) => one.endOffset - one.startOffset - (other.endOffset - other.startOffset))
      const count = (at: number): number =>
        ranges.find(({ startOffset, endOffset }) => startOffset <= at && at < endOffset)?.count ?? 0
      for (const piece of left)
        piece.isReached = count(piece.at) > (piece.instead === undefined ? 0 : count(piece.instead))
    }
  }
}
