import { formatDuration } from '../../model/common/words/amounts.ts'
import type { Explanation } from '../../analysis/analyse.ts'
import { changes } from '../../mechanisms/changes.ts'
import { isPattern } from '../../mechanisms/gateway-api/implementations/implementations.ts'
import { hasPattern } from '../../mechanisms/ingress/locations.ts'
import type { Details, Lack } from '../../mechanisms/changing.ts'
import type { ChangeNotice, CookieWish, Wish } from '../../model/affinity/change.ts'
import { objectName } from '../../model/findings/finding.ts'
import type { Path } from '../../model/affinity/leg.ts'
import { isOfType } from '../../model/cluster/object.ts'
import { type CookiePolicy, isLost, matchPolicy, type Policy, sticks } from '../../model/affinity/policy.ts'
import type { Snapshot } from '../../model/cluster/snapshot.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import { commandFor, targetName } from '../../model/targets/command.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { OtherTarget } from '../../snapshot/others.ts'
import { explained, storeIn } from '../around/scene.ts'

/** What is asked for beside what is carried over: that counts instead. */
export type Instead = Partial<Omit<CookieWish, 'kind'>>

/** The affinity of one target, to be had at another one. */
export interface Carried {
  from: TargetRef
  by: Wish
  /** What of it no wish can say. */
  left: readonly ChangeNotice[]
  /** The Services that it is for. */
  services: readonly string[]
}

/**
 * What a target keeps clients by, from what `explain` draws of it. Throws UserError for one that keeps none, or by what
 * nothing can be said elsewhere.
 */
export function carriedFrom(
  { target, paths }: Pick<Explanation, 'target' | 'paths'>,
  details: Details | undefined,
  instead: Instead,
): Carried {
  const name = targetName(target)
  // In front of a Service others decide, who have names of their own.
  const isService = target.kind === 'service'
  const policies = paths
    .map((path) => policyOf(path))
    .filter(({ kind }) => !isService || kind === 'client-ip')
  const found = policies.filter((policy) => sticks(policy) === true || isLost(policy))
  const [first] = found
  if (first === undefined) throw nothing(target, policies)
  const kinds = new Set(
    found.map((policy) => JSON.stringify({ ...policy, path: '', neverSent: '', refused: '' })),
  )
  if (kinds.size > 1)
    throw new UserError(`${name} keeps clients by several things, depending on host and path`, {
      hints: [{ remedy: 'say-which-instead' }],
    })
  const carried = (by: Wish, left: readonly ChangeNotice[] = []): Carried => ({
    from: target,
    by,
    left: [...left, ...partly(name, policies)],
    services: servicesOf(paths),
  })
  return matchPolicy(first, {
    none: () => {
      throw nothing(target, policies)
    },
    unknown: () => {
      throw nothing(target, policies)
    },
    'client-ip': ({ timeoutSeconds }) =>
      carried({ kind: 'source-ip' }, [
        lost(
          name,
          `the timeout of ${formatDuration(timeoutSeconds)}`,
          'a hash of the address remembers nobody',
        ),
      ]),
    header: (policy) => {
      if (policy.name === undefined) throw unsaid(name, 'a header')
      return carried({ kind: 'header', name: policy.name })
    },
    hash: ({ of }) => {
      const by = wishOfHash(of)
      if (by === undefined) throw unsaid(name, of)
      return carried(by)
    },
    cookie: (policy) => {
      const { by, left } = cookieOf(name, policy, found, details)
      return carried({ ...by, ...instead }, left)
    },
  })
}

/** The same from a snapshot that holds the target. */
export function carryFrom(source: OtherTarget, snapshot: Snapshot, instead: Instead): Carried {
  const details = changes
    .filter(({ targets }) => targets.some((type) => isOfType(source.object, type)))
    .map((one) => one.details?.(source.object, storeIn(snapshot)))
    .find((one) => one !== undefined)
  return carriedFrom(explained(snapshot, source), details, instead)
}

/** What decides at the end of a way. */
function policyOf({ hops }: Path): Policy {
  const deciding = hops.findLast(({ role, policy }) => role === 'decides' && policy.kind !== 'none')
  return deciding?.policy ?? { kind: 'none' }
}

function cookieOf(
  from: string,
  policy: CookiePolicy,
  all: readonly Policy[],
  details: Details | undefined,
): { by: CookieWish; left: ChangeNotice[] } {
  const { name, ttlSeconds, secure, points, madeBy, neverSent, refused } = policy
  if (name === undefined)
    throw new UserError(`${from} keeps clients by a cookie whose name the proxy makes up`, {
      hints: [{ remedy: 'say-cookie-name' }],
    })
  if (madeBy === 'application') throw unsaid(from, `the cookie "${name}" of the application`)
  const paths = [...new Set(all.flatMap((one) => (one.kind === 'cookie' ? [one.path ?? ''] : [])))]
  const [path = ''] = paths
  const isUnsent = neverSent !== undefined && (isPattern(path) || hasPattern(path))
  const isOne = paths.length === 1 && !isUnsent
  return {
    by: {
      kind: 'cookie',
      name,
      // An age that has passed is none to be carried.
      ...(ttlSeconds === undefined || ttlSeconds <= 0 ? {} : { ttlSeconds }),
      path: isOne && path !== '' ? path : '/',
      ...(secure === true ? { secure } : {}),
      // What is hashed elsewhere is a record of the pod there, as soon as this can be had.
      ...(points === 'at-a-pod' ? { persistent: true } : {}),
      ...details?.wish,
    },
    left: [
      ...(neverSent === undefined
        ? []
        : [
            {
              message: `no browser sends the cookie of ${from}: ${neverSent}`,
              hints: isUnsent ? ['the path / is taken instead'] : [],
            },
          ]),
      ...(refused === undefined
        ? []
        : [{ message: `browsers refuse the cookie of ${from}: it has ${refused}`, hints: [] }]),
      ...(paths.length > 1
        ? [lost(from, `a path for each place (${paths.join(', ')})`, 'one cookie of / is for all of them')]
        : []),
      ...(details?.left ?? []).map(({ what, why }) => lost(from, what, why)),
    ],
  }
}

/** Variables of nginx, and the words of other readers. */
function wishOfHash(of: string): Wish | undefined {
  if (['client address', '$remote_addr', '$binary_remote_addr'].includes(of)) return { kind: 'source-ip' }
  const header = /^\$(?:http_(\w+)|\{http_(\w+)\})$/.exec(of)
  const name = header?.[1] ?? header?.[2]
  return name === undefined ? undefined : { kind: 'header', name: name.replaceAll('_', '-') }
}

/** Some ways of the target are not sticky at all. */
function partly(name: string, policies: readonly Policy[]): ChangeNotice[] {
  const without = policies.filter((policy) => sticks(policy) !== true && !isLost(policy))
  return without.length === 0
    ? []
    : [
        {
          message: `${without.length} of the ${policies.length} ways through ${name} are not sticky; here all are`,
          hints: [],
        },
      ]
}

/** The Services behind some ways. */
export function servicesOf(paths: readonly Path[]): string[] {
  const refs = paths.flatMap(({ hops }) =>
    hops.flatMap(({ next }) => (next?.kind === 'Service' ? [next] : [])),
  )
  return [...new Set(refs.map(objectName))]
}

function nothing(target: TargetRef, policies: readonly Policy[]): UserError {
  const name = targetName(target)
  const why = policies.flatMap((policy) =>
    policy.kind === 'unknown' ? [policy.why ?? 'it cannot be seen'] : [],
  )
  return new UserError(
    policies.length === 0
      ? `no way leads through ${name}: there is no affinity to carry over`
      : `${name} keeps no clients: there is no affinity to carry over`,
    { hints: [...new Set(why), `who decides, and why:  ${commandFor('explain', target)}`] },
  )
}

function unsaid(name: string, by: string): UserError {
  return new UserError(`${name} keeps clients by ${by}, which cannot be written elsewhere`, {
    hints: [{ remedy: 'say-cookie-instead' }],
  })
}

function lost(from: string, what: string, why: string): ChangeNotice {
  return { message: `not carried over from ${from}: ${what}`, hints: [why] }
}

/** A wish without what a mechanism lacks, and what is said about that. */
export function fitted(
  { by, from, left }: Carried,
  lacks: (wish: CookieWish) => readonly Lack[],
): { by: Wish; notices: readonly ChangeNotice[] } {
  if (by.kind !== 'cookie') return { by, notices: left }
  const all = lacks(by)
  const parts = new Set<string>(all.map(({ part }) => part))
  const kept = Object.fromEntries(
    Object.entries(by).filter(([key]) => !parts.has(key)),
  ) as unknown as CookieWish
  const { name = by.name } = all.find(({ part }) => part === 'name') ?? {}
  const gone = all
    .filter(({ isSo }) => isSo !== true)
    .map(({ part, why }) => lost(targetName(from), `${words[part]}${valueOf(by[part])}`, why))
  return { by: { ...kept, name }, notices: [...gone, ...left, anew(from)] }
}

const words: Readonly<Record<Lack['part'], string>> = {
  name: 'name',
  ttlSeconds: 'lifetime',
  path: 'path',
  domain: 'domain',
  secure: 'Secure',
  sameSite: 'SameSite',
  persistent: 'that clients stay when pods are added',
}

function valueOf(value: string | number | boolean | undefined): string {
  if (typeof value === 'number') return ` of ${value}s`
  return typeof value === 'string' ? ` ${value}` : ''
}

/** Each proxy writes values of its own into its cookies. */
function anew(from: TargetRef): ChangeNotice {
  return {
    message: `clients that have a cookie of ${targetName(from)} may change their pod once`,
    hints: [{ remedy: 'another-name' }],
  }
}

/** What is to be said where a target leads to other Services than what is taken over. */
export function strays({ from, services }: Carried, here: readonly string[]): ChangeNotice[] {
  const missing = services.filter((one) => !here.includes(one))
  return missing.length === 0
    ? []
    : [{ message: `it does not lead to ${missing.join(', ')}, to which ${targetName(from)} does`, hints: [] }]
}
