import { createHash } from 'node:crypto'
import { CookieUser } from '../../../../../src/agent/cookies/user.ts'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import type { CookiePlace } from '../../../../../src/model/probe/cookies/cookie.ts'
import type { Observation } from '../../../../../src/model/probe/observation.ts'
import type { Policy } from '../../../../../src/model/affinity/policy.ts'
import type { ProbeSurvey } from '../../../../../src/model/probe/results/survey.ts'
import { journeyOf } from '../../../../../src/probe/front/journey.ts'
import { RunCollector } from '../../../../../src/probe/count/collector.ts'
import { frontEntries } from '../../../../../src/probe/plan/entries/find.ts'
import { planProbe } from '../../../../../src/probe/plan/plan.ts'
import type { ProbeOptions } from '../../../../../src/probe/plan/options.ts'
import { examineService } from '../../../../../src/probe/plan/preflight.ts'
import type { Random } from '../../../judge/simulate.ts'
import { options, service, slice } from '../../subjects.ts'

/** What something in front of three pods does with a request: which pod answers, and what it sets. */
export type Gateway = (
  cookie: string | undefined,
  number: number,
) => { pod: number; set?: string[]; status?: number }

export const pods = 3

/** An independent pick, of which the first pod may have more. */
const pick = (random: Random, first = 1 / pods): number =>
  random() < first ? 0 : 1 + Math.floor(random() * (pods - 1))

/** The value of a cookie in a Cookie header; the first one counts, as for most proxies. */
const valueOf = (header: string | undefined, name: string): string | undefined =>
  header
    ?.split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const addressOf = (pod: number): string => `10.0.0.${pod + 1}:8080`
const hashed = (text: string): number => Number.parseInt(md5(text).slice(0, 8), 16) % pods
const text = (random: Random): string => md5(String(random())).slice(0, 16)

type GatewayName =
  | 'record'
  | 'otherRecord'
  | 'hash'
  | 'changesOnce'
  | 'spread'
  | 'weighted'
  | 'pathScope'
  | 'secure'
  | 'expired'
  | 'shortLived'
  | 'forgetful'
  | 'byAddress'
  | 'pickedAgain'
  | 'retries'
  | 'anew'
  | 'application'

/** Gateways whose truth is known. */
export const gateways: Record<GatewayName, (random: Random, attributes?: string) => Gateway> = {
  /** The cookie is a record of the pod, as nginx's `sticky` writes it. */
  record:
    (random, attributes = 'Path=/') =>
    (header) => {
      const value = valueOf(header, 'route')
      const known = [...Array(pods).keys()].find((pod) => md5(addressOf(pod)) === value)
      const pod = known ?? pick(random)
      return { pod, ...(known === undefined ? { set: [`route=${md5(addressOf(pod))}; ${attributes}`] } : {}) }
    },
  /** The same of another Service, whose values are of its own: neither knows those of the other. */
  otherRecord:
    (random, attributes = 'Path=/') =>
    (header) => {
      const value = valueOf(header, 'route')
      const known = [...Array(pods).keys()].find((pod) => md5(`other ${pod}`) === value)
      const pod = known ?? pick(random)
      return { pod, ...(known === undefined ? { set: [`route=${md5(`other ${pod}`)}; ${attributes}`] } : {}) }
    },
  /** The cookie is a text that is hashed to a pod, as Envoy's is. */
  hash: (random) => (header) => {
    const value = valueOf(header, 'route')
    if (value !== undefined) return { pod: hashed(value) }
    const made = `"${text(random)}"`
    return { pod: hashed(made), set: [`route=${made}; Path=/`] }
  },
  /** The same, and the application gives a cookie of this name another value in its first answer. */
  changesOnce: (random) => (header) => {
    const value = valueOf(header, 'route')
    if (value !== undefined) return { pod: hashed(value) }
    const made = `"${text(random)}"`
    return { pod: hashed(made), set: [`route=${made}; Path=/`, `route=app-${text(random)}; Path=/`] }
  },
  spread: (random) => () => ({ pod: pick(random) }),
  /** One pod has twice the share of each other. */
  weighted: (random) => () => ({ pod: pick(random, 1 / 2) }),
  /** A cookie that a browser keeps for itself. */
  pathScope: (random) => gateways.record(random, 'Path=/(app1/.*)'),
  secure: (random) => gateways.record(random, 'Path=/; Secure'),
  expired: (random) => gateways.record(random, 'Path=/; Max-Age=0'),
  /** A cookie that ends in the middle of what its user does. */
  shortLived: (random) => gateways.record(random, 'Path=/; Max-Age=1'),
  /** The same, and every fifth request loses its pod all the same. */
  forgetful: (random) => {
    const front = gateways.shortLived(random)
    return (header, number) => (random() < 1 / 5 ? { pod: pick(random) } : front(header, number))
  },
  /** Whoever keeps nothing stays, too. */
  byAddress: (random) => {
    const pod = pick(random)
    return (header) => ({ pod, ...(header === undefined ? { set: [`route=${text(random)}; Path=/`] } : {}) })
  },
  /** A Service picks again behind the cookie. */
  pickedAgain: (random) => {
    const front = gateways.record(random)
    return (header, number) => ({ ...front(header, number), pod: pick(random) })
  },
  /** One request of a user is answered by another pod, as its own one fails; the cookie stays as it is. */
  retries: (random) => {
    const front = gateways.record(random)
    return (header, number) => {
      const { pod, ...rest } = front(header, number)
      return { pod: header !== undefined && number === 60 ? (pod + 1) % pods : pod, ...rest }
    }
  },
  /** Two of three requests reach a replica that knows nothing of what the first one set. */
  anew: (random) => () => ({ pod: pick(random), set: [`route=${text(random)}; Path=/`] }),
  /** An application's cookie, and no other. */
  application: (random) => (header) => ({
    pod: pick(random),
    ...(header === undefined ? { set: ['JSESSIONID=abc; Path=/shop; HttpOnly'] } : {}),
  }),
}

export interface Asking {
  policy?: Policy
  options?: Partial<ProbeOptions>
  path?: string
  /** No answer says who gave it. */
  isSilent?: boolean
  /** What such an answer holds, by its number. */
  holds?: (number: number) => string
  /** The request that gets no answer. */
  failing?: number
  /** Milliseconds from one request to the next, of whichever user. */
  stepMs?: number
  /** Where else users go with what they have, and who is there. */
  elsewhere?: { gateway: Gateway; path: string; namesNobody?: boolean }[]
  /** These places are replicas of one gateway. */
  replicas?: string[]
}

/** What a probe makes of a gateway, from the cookies that its answers set to the verdict. */
export async function probed(
  gateway: Gateway,
  {
    policy = { kind: 'cookie', name: 'route' },
    options: more,
    path = '/app1/x',
    isSilent = false,
    holds = () => 'alike',
    failing,
    stepMs = 3,
    elsewhere = [],
    replicas,
  }: Asking = {},
): Promise<ProbeSurvey> {
  const endpoints = [...Array(pods).keys()].map((pod) => ({
    addresses: [`10.0.0.${pod + 1}`],
    conditions: { ready: true },
    nodeName: `node${(pod % 2) + 1}`,
    targetRef: { kind: 'Pod', name: `web-${pod}` },
  }))
  const subject = examineService(service(), [slice({ endpoints })], undefined)
  const place = { scheme: 'http', hostName: 'shop.lab', by: 'ingress-nginx', policy } as const
  const visited: NonNullable<Asking['elsewhere']> = [{ gateway, path, namesNobody: isSilent }, ...elsewhere]
  const front = journeyOf({
    places: visited.map((one, index) => {
      const replica = replicas?.[index]
      const at = replica === undefined ? {} : { replica }
      return { ...place, ...at, path: one.path, address: '192.0.2.7', port: 80 }
    }),
  })
  const given = options({ front, users: 6, ...more })
  const salt = 'salt'
  const plan = planProbe(given, subject, {
    runId: 'r',
    entries: frontEntries(front, subject),
    cookieSalt: salt,
  })
  const collector = new RunCollector({
    cluster: {} as Cluster,
    options: given,
    subject,
    plan,
    run: { startedAt: '2026-01-01T00:00:00.000Z', begunMs: 0 },
    origin: { kind: 'job', image: { image: 'node:24', agent: 'node', from: 'asked' } },
    interrupted: new AbortController().signal,
    control: { interrupted: new AbortController().signal, abandoned: new AbortController().signal },
  })
  const said = (decoded: object) =>
    [...collector.take({ kind: 'said', client: 0, decoded: { observations: [], ...decoded }, arrivedAt: 0 })]
      .length
  const users = plan.sessions.map(({ keeps }) => new CookieUser({ keeps: keeps === 'cookies', salt }))
  let after = 0
  for (const { index: target, front: at } of plan.entries) {
    const visit = visited.find((one) => one.path === at?.path)
    const own = visit?.gateway ?? gateway
    const asked = { target, after, requests: plan.request.plannedRequests ?? 0 }
    // Each session has a connection, and after ten requests another one.
    const isOpened = (index: number): boolean => Math.floor(index / users.length) % 10 === 0
    const nameless = (one: Observation): Observation => ({
      ...one,
      identity: { source: 'none', value: holds(one.number), excerpt: 'HTTP 200' },
    })
    const observations = ask(own, users, {
      ...asked,
      stepMs,
      place: { host: 'shop.lab', path: at?.path ?? path, secure: false },
    })
      .map((one): Observation => (visit?.namesNobody === true ? nameless(one) : one))
      .map((one): Observation => (one.number === failing ? failed(one) : one))
      .map((one, index): Observation => (given.keepAlive ? { ...one, newConnection: isOpened(index) } : one))
    said({ start: { target, after, scheme: 'http', epochMs: 0 } })
    said({ observations })
    for (const [session] of plan.sessions.entries()) {
      const { length: requests } = observations.filter((one) => (one.session ?? 0) === session)
      said({ done: { target, session, requests, connections: requests, outcomes: {}, switches: 0 } })
    }
    after += observations.length
  }
  const all = { requests: after, connections: after, outcomes: {}, switches: 0 }
  said({ end: { ...all, reason: 'done', durationMs: 0, stalledMs: 0 } })
  for await (const step of collector.conclude()) if (step.kind === 'result') return step.result
  throw new Error('no result')
}

function failed({ identity: _identity, status: _status, ...one }: Observation): Observation {
  return { ...one, outcome: 'timeout' }
}

function ask(
  gateway: Gateway,
  users: readonly CookieUser[],
  {
    requests,
    place,
    target,
    after,
    stepMs,
  }: { requests: number; place: CookiePlace; target: number; after: number; stepMs: number },
): Observation[] {
  return Array.from({ length: requests * users.length }, (_, index): Observation => {
    const session = index % users.length
    const user = users[session]!
    const atMs = (after + index) * stepMs
    const header = user.header(place, atMs)
    const {
      pod,
      set = [],
      status = 200,
    } = gateway(header === '' ? undefined : header.slice('Cookie: '.length, -2), index)
    user.read(
      set.map((value) => ['set-cookie', value]),
      place,
      atMs + 1,
    )
    return {
      number: after + index + 1,
      target,
      ...(session === 0 ? {} : { session }),
      atMs,
      latencyMs: 1,
      outcome: 'answered',
      status,
      newConnection: true,
      identity: { source: 'body', value: `web-${pod}` },
      ...user.report(),
    }
  })
}
