import { requestsForCause, requestsNeeded } from '../../src/judge/run/requests.ts'
import type { JudgeInput } from '../../src/judge/run/input.ts'
import { judge } from '../../src/judge/run/judge.ts'
import { errorPerVerdict } from '../../src/judge/survey.ts'
import { judgeUsers } from '../../src/judge/users/users.ts'
import type { CookieReport, UsersVerdict } from '../../src/model/probe/cookies/cause.ts'
import { expectationThrough } from '../../src/model/affinity/expectation.ts'
import type { Policy } from '../../src/model/affinity/policy.ts'
import { inputOf, type Random } from '../unit/judge/simulate.ts'

/** Who answers the requests of one user, one after the other; without a jar each request is that of a newcomer. */
type Picks = (requests: number, keepsCookies: boolean) => number[]

/** Something in front of some pods whose truth is known, and what must not be said of it. */
export interface UsersScenario {
  truth: string
  configured: boolean
  pods: number
  users: number
  /** Made anew for each run: what all users have in common. */
  front: (random: Random, pods: number) => Picks
  /** What is seen of the cookie; none comes where it is absent. */
  cookie?: (requests: number) => Pick<CookieReport, 'set' | 'values' | 'sent' | 'ended'> & { path?: string }
  /** Its life is over after so many requests. */
  endsAfter?: number
  wrong: (verdict: UsersVerdict) => boolean
  stated: number
}

const accepted = 1e-6

const anyOf = (random: Random, pods: number): number => Math.floor(random() * pods)
const repeated = (requests: number, pick: (index: number) => number): number[] =>
  Array.from({ length: requests }, (_, index) => pick(index))

/** A record, or a text that is hashed: to one user both are a pod that stays. */
const held =
  (random: Random, pods: number): Picks =>
  (requests, keepsCookies) => {
    const own = anyOf(random, pods)
    return repeated(requests, () => (keepsCookies ? own : anyOf(random, pods)))
  }

/** The application gives a cookie of the same name in its first answer: from the second on it hashes to another pod. */
const changesOnce =
  (random: Random, pods: number): Picks =>
  (requests, keepsCookies) => {
    const own = anyOf(random, pods)
    return repeated(requests, (index) => (keepsCookies && index > 0 ? own : anyOf(random, pods)))
  }

/** The cookie is for a pod, and its life is over after some requests: then the next one is free. */
const ending =
  (random: Random, pods: number): Picks =>
  (requests, keepsCookies) => {
    let own = 0
    return repeated(requests, (index) => {
      if (!keepsCookies || index % life === 0) own = anyOf(random, pods)
      return own
    })
  }

const spread =
  (random: Random, pods: number): Picks =>
  (requests) =>
    repeated(requests, () => anyOf(random, pods))

/** One pod has nine of ten. */
const weighted =
  (random: Random, pods: number): Picks =>
  (requests) =>
    repeated(requests, () => (random() < 0.9 ? 0 : 1 + anyOf(random, pods - 1)))

/** The cookie keeps users in a half of the pods, of which any answers. */
const twoLevels =
  (random: Random, pods: number): Picks =>
  (requests, keepsCookies) => {
    const group = anyOf(random, 2)
    return repeated(requests, () => 2 * anyOf(random, pods / 2) + (keepsCookies ? group : anyOf(random, 2)))
  }

/** Whoever asks from this address stays, with a cookie or without. */
const byAddress = (random: Random, pods: number): Picks => {
  const own = anyOf(random, pods)
  return (requests) => repeated(requests, () => own)
}

/** Pods are dealt out in turn to whoever comes; the order of the users in a round is by chance. */
const inTurn = (random: Random, pods: number): Picks => {
  const users = 7
  return (requests) => repeated(requests, (index) => (index * users + anyOf(random, users)) % pods)
}

const once = (requests: number): ReturnType<NonNullable<UsersScenario['cookie']>> => ({
  set: 1,
  values: 1,
  sent: requests - 1,
})
/** That of the proxy, and then the application's of the same name. */
const twice = (requests: number): ReturnType<NonNullable<UsersScenario['cookie']>> => ({
  ...once(requests),
  set: 2,
  values: 2,
})
const life = 9
const ended = (requests: number): ReturnType<NonNullable<UsersScenario['cookie']>> => {
  const times = Math.ceil(requests / life)
  return { set: times, values: times, sent: requests - times, ended: times - 1 }
}
const never = (requests: number) => ({ set: requests, values: requests, sent: 0, path: '/(app1/.*)' })

const isHeldByCookie = ({ result, cause }: UsersVerdict): boolean =>
  result === 'as-expected' && cause.kind === 'cookie'

const pods = [2, 3, 10]

export const usersScenarios: UsersScenario[] = pods.flatMap((count) => {
  const base = { pods: count, users: 6 }
  // Never anything but held; where the control looks as if it stayed, open.
  const loses = (verdict: UsersVerdict): boolean => verdict.result === 'differs'
  const holds = (verdict: UsersVerdict): boolean => verdict.result === 'as-expected'
  return [
    {
      ...base,
      truth: 'record or hash',
      configured: true,
      front: held,
      cookie: once,
      wrong: loses,
      stated: 0,
    },
    {
      ...base,
      truth: 'changes once, after the first answer',
      configured: true,
      front: changesOnce,
      cookie: twice,
      wrong: loses,
      stated: 0,
    },
    {
      ...base,
      truth: 'record or hash, one user alone',
      users: 1,
      configured: true,
      front: held,
      cookie: once,
      wrong: loses,
      stated: 0,
    },
    {
      ...base,
      truth: 'record that ends again and again',
      configured: true,
      front: ending,
      cookie: ended,
      endsAfter: life,
      wrong: loses,
      stated: 0,
    },
    {
      ...base,
      truth: 'spread, the cookie is ignored and ends',
      configured: true,
      front: spread,
      cookie: ended,
      endsAfter: life,
      wrong: holds,
      stated: accepted,
    },
    {
      ...base,
      truth: 'record, and nothing is configured',
      configured: false,
      front: held,
      cookie: once,
      wrong: holds,
      stated: 0,
    },
    {
      ...base,
      truth: 'spread, the cookie is ignored',
      configured: true,
      front: spread,
      cookie: once,
      wrong: holds,
      stated: accepted,
    },
    {
      ...base,
      truth: 'spread, the cookie is for another path',
      configured: true,
      front: spread,
      cookie: never,
      wrong: holds,
      stated: accepted,
    },
    {
      ...base,
      truth: 'spread, nothing is configured',
      configured: false,
      front: spread,
      wrong: loses,
      stated: accepted,
    },
    {
      ...base,
      truth: 'weights 90/10, the cookie is ignored',
      configured: true,
      front: weighted,
      cookie: once,
      wrong: isHeldByCookie,
      stated: accepted,
    },
    ...(count === 2
      ? []
      : [
          {
            ...base,
            pods: count === 3 ? 4 : count,
            truth: 'two levels, the cookie chooses the half',
            configured: true,
            front: twoLevels,
            cookie: once,
            wrong: holds,
            stated: accepted,
          },
        ]),
    {
      ...base,
      truth: 'by address, whatever the cookie says',
      configured: true,
      front: byAddress,
      cookie: once,
      wrong: (verdict: UsersVerdict) => verdict.result !== 'inconclusive',
      stated: 0,
    },
    {
      ...base,
      truth: 'in turn, nothing is configured',
      configured: false,
      front: inTurn,
      wrong: loses,
      stated: accepted,
    },
  ]
})

/** What is said in one run: each session is judged as the probe does, and then all together. */
export function runOf(scenario: UsersScenario, random: Random): UsersVerdict {
  const { pods: count, users, configured, front, cookie, endsAfter = Infinity } = scenario
  const policy: Policy = configured ? { kind: 'cookie', name: 'route' } : { kind: 'none' }
  const verdicts = users + 1
  const acceptedError = errorPerVerdict(accepted, verdicts)
  const expectations = Array.from({ length: verdicts }, (_, index) =>
    expectationThrough(policy, index < users),
  )
  const requests = Math.max(
    1 + requestsForCause(users, count, accepted),
    ...expectations.map(
      ({ behaviour, isFirstFree }) =>
        requestsNeeded(count, acceptedError, behaviour, { verdicts }) + (isFirstFree === true ? 1 : 0),
    ),
  )
  const picks = front(random, count)
  const sessions = expectations.map((expectation, index) => {
    const keepsCookies = index < users
    // Where the first answer is free, a cookie that changes in it moves nobody who counts.
    const answers = picks(requests, keepsCookies).slice(expectation.isFirstFree === true ? 1 : 0)
    const input = inputOf(answers, count, { expectation, acceptedError, verdicts, unheard: [] })
    const verdict = judge(keepsCookies ? { ...input, ...freeAt(answers, endsAfter, count) } : input)
    return {
      client: 0,
      keepsCookies,
      verdict,
      cookies: keepsCookies && cookie !== undefined ? [reportOf(cookie(requests))] : [],
    }
  })
  return judgeUsers({
    entry: 0,
    expected: expectations[0]!.behaviour,
    isAsked: false,
    acceptedError: accepted,
    path: '/app1/x',
    configured: configured ? ['route'] : [],
    proxyCookies: new Set(),
    sessions,
  })
}

/** A pick after the end of the cookie is bound to nothing; the first answer is not among them. */
function freeAt(
  answers: readonly number[],
  endsAfter: number,
  eligible: number,
): Pick<JudgeInput, 'expiredSwitches' | 'bindingPicks'> {
  const free = answers.flatMap((_, index) => ((index + 1) % endsAfter === 0 && index > 0 ? [index] : []))
  return {
    expiredSwitches: free.filter((index) => answers[index] !== answers[index - 1]).length,
    bindingPicks: [{ eligible, picks: Math.max(0, answers.length - 1 - free.length) }],
  }
}

function reportOf({ path = '/', ...counts }: ReturnType<NonNullable<UsersScenario['cookie']>>): CookieReport {
  return { name: 'route', ...counts, disagreed: 0, first: { length: 16, form: 'other', path } }
}
