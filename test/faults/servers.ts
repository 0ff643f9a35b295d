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
  // Where requests fail on a busy machine, a verdict may be out of reach.
  const mayBeOpen = telling !== 'named' || verdict.failed > 0
  const isRight = telling === 'nothing' ? isOpen : isFound || (isOpen && mayBeOpen)
  return isRight ? { said } : { said, wrong: `it is ${truth}; exit code ${code}` }
}

/** The verdict of a report, and how many requests failed. */
export function verdictOf(
  stdout: string,
): { behaviour: string; reason?: string; failed: number } | undefined {
  try {
    const { verdict, totals } = (JSON.parse(stdout) as Report).status
    return { ...verdict, failed: totals.requests - totals.answered }
  } catch {
    return undefined
  }
}

interface Report {
  status: {
    verdict: { behaviour: string; reason?: string }
    totals: { requests: number; answered: number }
  }
}
