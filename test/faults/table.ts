import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from './outcome.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'node_modules/.cache/faults')
const mark = '<!-- counts -->'

type Where = 'sandbox' | 'lab'
type Kept = Record<string, Outcome[]>

/** What came of faults at one place, kept from call to call. */
export class Records {
  readonly #file: string
  #kept: Kept

  private constructor(file: string, kept: Kept) {
    this.#file = file
    this.#kept = kept
  }

  static async open(where: Where, seed: number): Promise<Records> {
    const file = join(folder, `${where}-${seed}.json`)
    return new Records(file, await readKept(file))
  }

  has(group: string, name: string): boolean {
    return this.#kept[`${group}: ${name}`] !== undefined
  }

  async keep(group: string, name: string, outcomes: readonly Outcome[]): Promise<void> {
    // Another group may be tried at the same time.
    this.#kept = { ...(await readKept(this.#file)), [`${group}: ${name}`]: [...outcomes] }
    await mkdir(folder, { recursive: true })
    await writeFile(this.#file, JSON.stringify(this.#kept))
  }

  get all(): Outcome[] {
    return Object.values(this.#kept).flat()
  }
}

async function readKept(file: string): Promise<Kept> {
  return JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Kept
}

/** Puts what is known of both places into docs/reliability.md. */
export async function writeTable(seed: number): Promise<void> {
  const [sandbox, lab] = await Promise.all(
    (['sandbox', 'lab'] as const).map(async (where) => (await Records.open(where, seed)).all),
  )
  const file = join(root, 'docs/reliability.md')
  const [before = '', , after = ''] = (await readFile(file, 'utf8')).split(mark)
  const text = tableOf(seed, sandbox ?? [], lab ?? [])
  await writeFile(file, `${before}${mark}\n\n${text}\n\n${mark}${after}`)
}

function tableOf(seed: number, sandbox: readonly Outcome[], lab: readonly Outcome[]): string {
  const keyOf = ({ group, what }: Outcome): string => `${group} | ${what}`
  const keys = [...new Set([...sandbox, ...lab].map(keyOf))].toSorted()
  const counts = (key: string, all: readonly Outcome[]): string => {
    const own = all.filter((outcome) => keyOf(outcome) === key)
    return `${own.length} | ${own.filter(({ wrong }) => wrong !== undefined).length}`
  }
  return [
    `Seed ${seed}: ${sandbox.length} runs on the sandbox, ${lab.length} on the lab.`,
    '',
    '| faults | what the program said | sandbox | wrong | lab | wrong |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...keys.map((key) => `| ${key} | ${counts(key, sandbox)} | ${counts(key, lab)} |`),
  ].join('\n')
}
