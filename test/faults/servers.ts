import type { Behaviour, Telling } from './behaviours.ts'
import type { Ended, Place } from './place.ts'
import type { Outcome } from './outcome.ts'

/** Asks an application with such a behaviour through a Service without affinity and one with it. */
export async function askBehaviour(
  place: Place,
  { name, telling, program }: Behaviour,
  args: readonly string[] = [],
): Promise<Outcome[]> {
  const app = `app-${name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')}`
  await place.deploy(app, program)
  try {
    const outcomes: Outcome[] = []
    for (const [service, truth] of [
      [app, 'spread'],
      [`${app}-sticky`, 'sticky'],
    ] as const) {
      // A busy machine is no reason for failures where there has to be a verdict; who hangs is not waited for.
      const timeout = telling === 'named' ? '5s' : '500ms'
      const ended = await place.run(['probe', `svc/${service}`, '--timeout', timeout, ...args, '-o', 'json'])
      const { said, wrong } = judge(ended, truth, telling)
      const group = ['behaviours', ...args].join(' ')
      const found = { group, name: `${name}, ${truth}`, what: `${telling}: ${said}` }
      outcomes.push({ ...found, ...(wrong === undefined ? {} : { wrong }) })
    }
    return outcomes
  } finally {
    await place.remove(app)
  }
}

/** What a probe said, and whether that is wrong. */
export function judge(
  { code, stdout, stderr }: Ended,
  truth: 'spread' | 'sticky',
  telling: Telling,
): { said: string; wrong?: string } {
  const verdict = verdictOf(stdout)
  if (verdict === undefined) return { said: `exit code ${code}`, wrong: stderr.slice(-300) }
  const said = verdict.behaviour === 'inconclusive' ? `inconclusive, ${verdict.reason}` : verdict.behaviour
  const isOpen = verdict.behaviour === 'inconclusive' && code === 4
  const isFound = verdict.behaviour === truth && code === 0
  const isRight = { named: isFound, unclear: isFound || isOpen, nothing: isOpen }[telling]
  return isRight ? { said } : { said, wrong: `it is ${truth}; exit code ${code}` }
}

function verdictOf(stdout: string): { behaviour: string; reason?: string } | undefined {
  try {
    return (JSON.parse(stdout) as { status: { verdict: { behaviour: string; reason?: string } } }).status
      .verdict
  } catch {
    return undefined
  }
}
