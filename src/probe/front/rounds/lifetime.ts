import { formatDuration } from '../../../model/common/words/amounts.ts'
import type { CookieLifetime } from '../../../model/probe/cookies/lifetime.ts'
import type { Observed } from '../../steps.ts'
import { affinityCookie, holdingCookie } from './affinity-cookie.ts'
import { type AgedAnswer, comparedWith, lifeOf, onTime, pausesFor, stepsOf, usersFor } from './ages.ts'
import { askAgain, type FurtherRound } from './again.ts'
import { atFirstPlace } from '../journey.ts'

/**
 * How long the cookie of the first place lives: what its attributes say, and, where that is short, what becomes of users who
 * come back after its end, as browsers do and with the cookie kept. Undefined where no such cookie was seen. What it
 * makes in the cluster is removed before it returns.
 */
export async function measureLifetime(
  round: FurtherRound,
  maxMs: number,
): Promise<CookieLifetime | undefined> {
  const { options, survey, control, onStage } = round
  const cookie = affinityCookie(survey) ?? holdingCookie(survey)
  if (cookie === undefined || options.front === undefined) return undefined
  const { name, first, set, sent } = cookie
  const { lifetimeSeconds } = first
  const found = {
    entry: 0,
    cookie: name,
    ...(lifetimeSeconds === undefined ? {} : { givenSeconds: lifetimeSeconds }),
    ...comparedWith(survey.entries[0]?.front?.policy, name, lifetimeSeconds),
    maxMs,
    steps: [],
  } satisfies CookieLifetime
  if (lifetimeSeconds === undefined) return { ...found, notWaited: 'no-end' }
  if (lifetimeSeconds <= 0) return { ...found, notWaited: 'has-passed' }
  const lifeMs = lifetimeSeconds * 1000
  const pausesMs = pausesFor(lifeMs, set >= sent)
  const waitMs = pausesMs.reduce((sum, pause) => sum + pause, 0)
  if (waitMs > maxMs) return { ...found, notWaited: 'too-long' }
  if (control.interrupted.aborted) return { ...found, notWaited: 'interrupted' }
  onStage(`waiting for the end of the cookie ${name}, ${formatDuration(Math.ceil(waitMs / 1000))} in all`)
  const endpoints = survey.endpoints.ready
  const users = usersFor(endpoints, options.acceptedError)
  for (let tries = 1; ; tries++) {
    const answers: AgedAnswer[] = []
    const seen = await askAgain(
      round,
      {
        ...options,
        ...atFirstPlace(options),
        clients: 1,
        viaLocal: false,
        users,
        oddUsers: Array.from({ length: users }, () => ({ pastEnd: true }) as const),
        withoutControl: true,
        keepAlive: false,
        pausesMs,
      },
      (step) => {
        if (step.kind === 'observed')
          answers.push(...step.seen.map((one) => agedAnswer(one, name, users * 2)))
      },
    )
    if (seen === undefined) return { ...found, notWaited: 'interrupted' }
    const kept = onTime(answers, { pausesMs, lifeMs })
    const steps = stepsOf(kept, users)
    const life = seen.endpointChanges.length === 0 ? lifeOf(steps, { lifeMs, endpoints }) : {}
    const isOpen = life.endedBy === undefined && kept.length < answers.length
    const isNamed = answers.some(({ pod }) => pod !== undefined)
    // Once more where those who came too late leave it open.
    if (!isOpen || !isNamed || tries === mostTries || waitMs * (tries + 1) > maxMs)
      return { ...found, steps, ...life }
  }
}

const mostTries = 2

function agedAnswer({ session, observation, backend }: Observed, cookie: string, users: number): AgedAnswer {
  const { number, atMs, cookies = [], cookiesSent = [] } = observation
  return {
    round: Math.floor((number - 1) / users),
    user: session,
    atMs,
    sent: cookiesSent.includes(cookie),
    anew: cookies.some(({ name }) => name === cookie),
    ...(backend === undefined ? {} : { pod: backend.name }),
  }
}
