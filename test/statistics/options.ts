import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binomialAtLeast } from '../../src/judge/statistics/binomial.ts'

/** What both tables are asked with. */
export interface Options {
  runs: number
  seed: number
  threads: number
  mostMs: number
  write: boolean
}

/** Reads the command line of a table. */
export function readOptions(runs: number): Options {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(runs) },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      minutes: { type: 'string', default: 'Infinity' },
      write: { type: 'boolean', default: false },
    },
  })
  return {
    runs: Number(values.runs),
    seed: Number(values.seed),
    threads: Number(values.threads),
    mostMs: Number(values.minutes) * 60_000,
    write: values.write,
  }
}

/** Prints a table, and puts it between two marks of docs/judging.md where that is asked for. */
export async function tell(table: string, mark: string, { write }: Options): Promise<void> {
  process.stdout.write(`${table}\n`)
  if (!write) return
  const doc = join(import.meta.dirname, '../../docs/judging.md')
  const [before, , after] = (await readFile(doc, 'utf8')).split(mark)
  if (after === undefined) throw new Error(`${doc} has no place for the table`)
  await writeFile(doc, `${before}${mark}\n\n${table}\n\n${mark}${after}`)
}

/** How often something was wrong, and how often it may be. */
export interface Rate {
  words: string
  runs: number
  wrong: number
  stated: number
}

/** How often a table whose rates are all as stated has one that looks higher. The seed is fixed: it happens once, or never. */
const falseAlarms = 0.05

/** Ends with 1 where a rate exceeds what is stated, by the binomial distribution. */
export function complain(rates: readonly Rate[]): void {
  for (const { words, runs, wrong, stated } of rates) {
    if (wrong === 0 || binomialAtLeast(wrong, runs, stated) >= falseAlarms / rates.length) continue
    process.stderr.write(`wrong too often: ${words}: ${wrong} of ${runs}\n`)
    process.exitCode = 1
  }
}
