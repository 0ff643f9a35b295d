import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Mutant } from './mutate.ts'

/** What the two judges say of one object. */
export interface Judged extends Mutant {
  /** The API server's words; absent when it takes the object. */
  refusal?: string
  /** What `explain -f` calls errors that an API server refuses. */
  errors: string[]
}

/** Codes of errors that say: an API server refuses this. Others judge what an object that is accepted does. */
const refusing =
  /^AFF-(FILE-(?!DUPLICATE-OBJECT)|SVC-BAD-VALUE|SVC-TIMEOUT-OUT-OF-RANGE|EPS-FORBIDDEN-ADDRESS)/

/** Files of one folder: a process may hold open only so many, and reads their objects as of one cluster. */
const together = 4000

/** Asks both about all of them. `kubectl` must reach the API server that judges; nothing is stored there. */
export async function judge(
  mutants: readonly Mutant[],
  { kubectl, kubeconfig, executable }: { kubectl: string; kubeconfig: string; executable: string },
): Promise<Judged[]> {
  const errors: string[][] = []
  for (let start = 0; start < mutants.length; start += together)
    errors.push(...(await readByUs(mutants.slice(start, start + together), executable)))
  const refusals = await askServer(mutants, kubectl, kubeconfig)
  return mutants.map((mutant, index) => {
    const refusal = refusals[index]
    return { ...mutant, ...(refusal === undefined ? {} : { refusal }), errors: errors[index] ?? [] }
  })
}

interface FileFinding {
  code: string
  level: string
  message: string
  position?: { file: string }
}

/** One run of the executable over a folder with a file for each. */
async function readByUs(mutants: readonly Mutant[], executable: string): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-differential-'))
  try {
    await Promise.all(
      mutants.map(({ text }, index) =>
        writeFile(join(folder, `${String(index).padStart(6, '0')}.json`), text),
      ),
    )
    const { stdout } = await promisify(execFile)(executable, ['explain', '-f', folder, '-o', 'json'], {
      maxBuffer: 1 << 30,
      env: { KUBECONFIG: '/nonexistent', HOME: folder },
    }).catch((error: { stdout: string }) => error)
    const found: string[][] = mutants.map(() => [])
    for (const { code, level, message, position } of findingsIn(JSON.parse(stdout))) {
      if (level !== 'error' || !refusing.test(code) || position === undefined) continue
      found[Number(/(\d+)\.json$/.exec(position.file)?.[1])]?.push(`${code} ${message}`)
    }
    return found
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Wherever in a report they stand. */
function findingsIn(value: unknown): FileFinding[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => findingsIn(item))
  const own = 'code' in value && 'level' in value ? [value as FileFinding] : []
  return [...own, ...Object.values(value).flatMap((child) => findingsIn(child))]
}

/** A dry run with strict validation for each, some at a time. */
async function askServer(
  mutants: readonly Mutant[],
  kubectl: string,
  kubeconfig: string,
): Promise<(string | undefined)[]> {
  const proxy = spawn(kubectl, ['proxy', '--port=0', '--kubeconfig', kubeconfig], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(proxy.stdout.setEncoding('utf8'), 'data')) as [string]
    const base = `http://${/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? ''}`
    const answers: (string | undefined)[] = []
    const queue = [...mutants.entries()]
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift())
        answers[next[0]] = await askOnce(base, next[1])
    }
    await Promise.all(Array.from({ length: 8 }, work))
    return answers
  } finally {
    proxy.kill()
  }
}

async function askOnce(base: string, { path, text }: Mutant): Promise<string | undefined> {
  const url = `${base}${path.replace('/NS/', '/default/')}?dryRun=All&fieldValidation=Strict`
  const answer = await fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json' },
  })
  const status = (await answer.json()) as { message?: string }
  if (answer.ok || answer.status === 409) return undefined
  return `${answer.status} ${status.message ?? ''}`
}
