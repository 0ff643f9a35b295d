import { apiFaults, startOddApi } from './odd-api.ts'
import type { Outcome } from './outcome.ts'
import type { Ended, Place } from './place.ts'
import { randomOf } from './random.ts'

const app = 'app-api'

/** What is asked, and the behaviour that is true where a probe is sure of one. */
const commands: readonly { args: readonly string[]; truth?: string }[] = [
  { args: ['probe', `svc/${app}`, '-o', 'json'], truth: 'spread' },
  { args: ['probe', `svc/${app}-sticky`, '-o', 'json'], truth: 'sticky' },
  { args: ['probe', `svc/${app}-sticky`, '--clients', '2', '-o', 'json'] },
  { args: ['explain', `svc/${app}-sticky`, '-o', 'json'] },
  { args: ['enable', `svc/${app}`, '--dry-run=server'] },
  { args: ['cleanup'] },
]

/** So many of the requests something happens to. */
const shares = [0.05, 0.3, 1] as const

/**
 * Asks through an API server to which a fault happens at random: always the same kind, at first with a few requests, at last
 * with all. It has to end, in words or with the right verdict, and may leave only what it says it leaves.
 */
export async function askOddApi(place: Place, fault: string, seed: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [index, share] of shares.entries()) {
    const random = randomOf(seed * 7919 + Object.keys(apiFaults).indexOf(fault) * 31 + index)
    const { args, truth } = commands[Math.floor(random() * commands.length)]!
    const api = await startOddApi(place.kubeconfig, () => (random() < share ? fault : undefined))
    const name = `${fault}, ${share * 100} %: ${args.join(' ')}`
    try {
      let isLate = false
      const ended = await place.run(
        args,
        (kill) => {
          const timer = setTimeout(() => {
            isLate = true
            kill('SIGKILL')
          }, longestMs)
          timer.unref()
          return Promise.resolve()
        },
        api.kubeconfig,
      )
      const wrong = isLate ? `it did not end in ${longestMs / 1000} s` : await wrongWith(place, ended, truth)
      outcomes.push({ group: 'api', name, what: whatOf(ended), ...(wrong === undefined ? {} : { wrong }) })
    } finally {
      await api.stop()
    }
  }
  return outcomes
}

/** Longer than anything has to wait. */
const longestMs = 180_000

/** The application that is asked. */
export async function deployForApi(place: Place): Promise<void> {
  await place.deploy(app, 'http.createServer((_, res) => res.end(name)).listen(8080)')
}

function whatOf({ code, signal }: Ended): string {
  return (
    signal ??
    { 0: 'as it is', 1: 'an error in words', 3: 'differs', 4: 'inconclusive' }[code ?? 1] ??
    `exit code ${code}`
  )
}

async function wrongWith(
  place: Place,
  { code, signal, stdout, stderr }: Ended,
  truth: string | undefined,
): Promise<string | undefined> {
  const said = stderr.slice(-400)
  if (signal !== null) return `${signal}: ${said}`
  if (![0, 1, 4].includes(code ?? -1)) return `exit code ${code}: ${said}`
  if (/^\s+at .+[:(]\d+/m.test(stderr)) return `a stack trace: ${said}`
  if (code !== 0 && stderr.trim() === '' && stdout === '') return 'no word why'
  if (code === 0 && truth !== undefined && !stdout.includes(`"behaviour": "${truth}"`))
    return 'another verdict'
  const left = await place.leftovers()
  if (left.length === 0) return undefined
  await place.run(['cleanup'])
  const still = await place.leftovers()
  if (still.length > 0) return `cleanup left ${still.join(', ')}`
  return left.every((each) => stderr.includes(each.replace(/-[a-z\d]{5}$/, '').replace(/-\d+$/, '')))
    ? undefined
    : `left without a word: ${left.join(', ')}`
}
