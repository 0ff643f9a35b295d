import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from './outcome.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'node_modules/.cache/faults')
const mark = '<!-- counts -->'

type Where = 'sandbox' | 'lab'
type Kept = Record<string, Outcome[]>

/** What came of faults at one place, kept from call to call: a file for each group, as groups may be tried at the same time. */
export class Records {
  readonly #name: string
  #kept: Kept

  private constructor(name: string, kept: Kept) {
    this.#name = name
    this.#kept = kept
  }

  static async open(where: Where, seed: number): Promise<Records> {
    const name = `${where}-${seed}`
    await mkdir(folder, { recursive: true })
    const files = (await readdir(folder)).filter(
      (file) => file === `${name}.json` || file.startsWith(`${name}-`),
    )
    const kept = await Promise.all(files.map(async (file) => await readKept(join(folder, file))))
    return new Records(name, Object.assign({}, ...kept) as Kept)
  }

  has(group: string, name: string): boolean {
    return this.#kept[keyOf(group, name)] !== undefined
  }

  async keep(group: string, name: string, outcomes: readonly Outcome[]): Promise<void> {
    this.#kept[keyOf(group, name)] = [...outcomes]
    const own = Object.entries(this.#kept).filter(([key]) => key.startsWith(keyOf(group, '')))
    await writeFile(join(folder, `${this.#name}-${group}.json`), JSON.stringify(Object.fromEntries(own)))
  }

  get all(): Outcome[] {
    return Object.values(this.#kept).flat()
  }
}

const keyOf = (group: string, name: string): string => `${group}: ${name}`

const readKept = async (file: string): Promise<Kept> => JSON.parse(await readFile(file, 'utf8')) as Kept

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
  const rowOf = ({ group, what }: Outcome): string => `${group} | ${what}`
  const keys = [...new Set([...sandbox, ...lab].map(rowOf))].toSorted()
  const counts = (key: string, all: readonly Outcome[]): string => {
    const own = all.filter((outcome) => rowOf(outcome) === key)
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
