import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ended, Place } from './place.ts'
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
/** How long each command takes when it is left alone, in milliseconds. */
const takesMs = new Map<(typeof commands)[number], number>()

/** The application that is asked, and how long that takes here. */
export async function deployForSignals(place: Place): Promise<void> {
  await place.deploy(app, 'http.createServer((_, res) => res.end(name)).listen(8080)')
  for (const args of commands) {
    const begin = performance.now()
    await place.run(args)
    takesMs.set(args, performance.now() - begin)
  }
}

/** Ends a command at a random moment. Nothing may be left, or what a killed one leaves `cleanup` removes. */
export async function signalRun(place: Place, seed: number, run: number): Promise<Outcome> {
  const random = randomOf(seed * 100_003 + run)
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
  const [args, signal, part] = [pick(commands), pick(signals), random()]
  const name = `${args.join(' ')}, ${signal} at ${Math.round(100 * part)} % of its time`
  const begunMs = Date.now()
  const ended = await place.run(args, async (kill) => {
    await sleep(part * (takesMs.get(args) ?? 0))
    kill(signal)
  })
  const outcome = { group: 'signals', name }
  const isDemo = args[0] === 'demo'
  const left = async (): Promise<string[]> => [
    ...(await place.leftovers()),
    ...(isDemo ? await place.demos(begunMs, ended.stdout) : []),
  ]
  const wrong = await wrongWith(place, signal, ended, left)
  const what = ended.signal ?? (ended.code === 0 ? 'it had ended' : `exit code ${ended.code}`)
  return { ...outcome, what: `${signal}: ${what}`, ...(wrong === undefined ? {} : { wrong }) }
}

async function wrongWith(
  place: Place,
  signal: (typeof signals)[number],
  { code, stderr }: Ended,
  left: () => Promise<string[]>,
): Promise<string | undefined> {
  if (code === 2) return stderr.slice(-300)
  const names = await left()
  if (signal !== 'SIGKILL') {
    // Not yet listening, a signal ends the program as it ends any.
    const expected = [0, null, 128 + constants.signals[signal]]
    if (!expected.includes(code)) return `exit code ${code}: ${stderr.slice(-300)}`
    return names.length === 0 ? undefined : `left: ${names.join(', ')}`
  }
  // The lab is others', too: of their demos none is removed.
  const demos = names.filter((name) => name.startsWith('affinity-demo-'))
  const places = place.isOwn ? [['-A']] : [[], ...demos.map((name) => ['-n', name])]
  for (const where of places) {
    const { code: cleaned, stderr: said } = await place.run(['cleanup', ...where])
    if (cleaned !== 0) return `cleanup ${where.join(' ')}: ${said}`
  }
  const still = await left()
  return still.length === 0 ? undefined : `cleanup left ${still.join(', ')}`
}
