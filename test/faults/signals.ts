import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from './place.ts'
import type { Outcome } from './outcome.ts'
import { randomOf } from './random.ts'

const app = 'app-signals'
const commands = [
  ['probe', `svc/${app}`],
  ['probe', `svc/${app}`, '--clients', '3'],
  ['probe', `svc/${app}`, '--what-if', 'affinity=ClientIP'],
  ['probe', `svc/${app}`, '--echo'],
  ['demo', '--on-cluster'],
] as const
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const
/** After it most of the commands have ended by themselves, in milliseconds; pods of a real cluster take longer. */
const longestMs = { own: 4000, other: 9000 }

/** The application that is asked. */
export async function deployForSignals(place: Place): Promise<void> {
  await place.deploy(app, 'http.createServer((_, res) => res.end(name)).listen(8080)')
}

/** Ends a command at a random moment. Nothing may be left, or what a killed one leaves `cleanup` removes. */
export async function signalRun(place: Place, seed: number, run: number): Promise<Outcome> {
  const random = randomOf(seed * 100_003 + run)
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
  // A demo has a namespace of its own, which the cleanup of one namespace does not see.
  const possible = commands.slice(0, place.isOwn ? undefined : -1)
  const longest = place.isOwn ? longestMs.own : longestMs.other
  const [args, signal, atMs] = [pick(possible), pick(signals), Math.round(random() * longest)]
  const name = `${args.join(' ')}, ${signal} after ${atMs} ms`
  const ended = await place.run(args, async (kill) => {
    await sleep(atMs)
    kill(signal)
  })
  const outcome = { group: 'signals', name }
  const wrong = await wrongWith(place, signal, ended.code, ended.stderr)
  const what = ended.signal ?? (ended.code === 0 ? 'it had ended' : `exit code ${ended.code}`)
  return { ...outcome, what: `${signal}: ${what}`, ...(wrong === undefined ? {} : { wrong }) }
}

async function wrongWith(
  place: Place,
  signal: (typeof signals)[number],
  code: number | null,
  stderr: string,
): Promise<string | undefined> {
  if (code === 2) return stderr.slice(-300)
  const left = await place.leftovers()
  if (signal !== 'SIGKILL') {
    // Not yet listening, a signal ends the program as it ends any.
    const expected = [0, null, 128 + constants.signals[signal]]
    if (!expected.includes(code)) return `exit code ${code}: ${stderr.slice(-300)}`
    return left.length === 0 ? undefined : `left: ${left.join(', ')}`
  }
  const { code: cleaned, stderr: said } = await place.run(['cleanup', ...(place.isOwn ? ['-A'] : [])])
  const still = await place.leftovers()
  if (cleaned !== 0) return `cleanup: ${said}`
  return still.length === 0 ? undefined : `cleanup left ${still.join(', ')}`
}
