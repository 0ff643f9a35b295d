import type { ChangePlan, ChangeRequest, CookieWish, Refusal, Wish, Write } from '../model/affinity/change.ts'
import { none, type Policy } from '../model/affinity/policy.ts'
import type { CookiePart, Hint } from '../model/common/user-error.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import type { ObjectType } from '../model/cluster/object.ts'
import type { Store } from '../model/cluster/store.ts'

/**
 * How a mechanism turns affinity on and off. Apart from the mechanism itself, as only `enable` and `disable` need it. Pure.
 */
export interface Changing {
  /** For `--with`, and for people: `istio`. */
  name: string
  label: string
  /** Types of the targets that it may be asked about. */
  targets: readonly ObjectType[]
  /** What it has to know besides the target; `namespaced` lists are those of the target's namespace. */
  reads: readonly ObjectType[]
  /** What it writes on. */
  writes: readonly ObjectType[]
  /** Of these it makes objects where there is none, and takes away what it made. */
  makes?: readonly ObjectType[]
  /** CustomResourceDefinitions, by name, whose schema decides what may be written. */
  definitions?: readonly string[]
  /** Types that it serves, and for which what keeps clients stands at the Services behind them. */
  servesToo?: readonly ObjectType[]
  /** What it writes counts for a Service, whichever of its routes leads there. */
  isByService?: boolean
  /** Whether it serves an object of its types; without it, all of them. */
  serves?(object: KubernetesObject, store: Store): boolean
  /** It changes such a target only if it is named by `--with`: there are others that could. */
  isOnAsking?(target: KubernetesObject): boolean
  /** What of a cookie it has no field for, at such a target, so that `planFor` refuses it. */
  lacks?(wish: CookieWish, target: KubernetesObject, store: Store): readonly Lack[]
  /** What a target that it serves says beside its policy, for whoever takes that elsewhere. */
  details?(target: KubernetesObject, store: Store): Details | undefined
  /** How a target is switched; undefined for one that another mechanism serves. */
  switchOf(target: KubernetesObject, store: Store): Switch | Refusal | undefined
}

/** How the affinity of a target is switched on and off. */
export interface Switch {
  before: Policy
  /** What takes the affinity away. */
  off: () => readonly Write[]
  /** What a wish comes to that lacks nothing; undefined where another mechanism serves the target. */
  on: (wish: Wish) => Switched | undefined
  /** Where there is nothing to take away, another mechanism may have something there. */
  isShared?: boolean
}

/** What a wish comes to, or why it cannot be had. */
export type Switched = Refusal | (Pick<ChangePlan, 'after' | 'writes'> & Partial<ChangePlan>)

/** A part of a wish for which there is no field. */
export interface Lack {
  part: 'name' | CookiePart
  why: string
  /** The name that there is. */
  name?: string
  /** It is so without being asked for. */
  isSo?: boolean
}

/** A cookie that a proxy makes as it likes. */
export interface OwnCookie {
  /** Who makes it, for people. */
  by: string
  /** What it is called, where nothing changes that. */
  name?: string
  /** What of it can be set all the same. */
  can?: readonly Lack['part'][]
  /** It does not name the pod. */
  isHashed?: boolean
  /** The proxy makes none: it hashes one that the application sets. */
  isOfApplication?: boolean
}

/** What of a wish such a cookie cannot have. */
export function lacksOf(own: OwnCookie, wish: CookieWish): Lack[] {
  const { by, can = [], isHashed = false, isOfApplication = false } = own
  const noField = (what: string): string => `there is no field for ${what} of the cookie of ${by}`
  const all: readonly Lack[] = [
    {
      part: 'ttlSeconds',
      why: `the cookie of ${by} lasts as long as the browser, and no field changes that`,
    },
    { part: 'path', why: `the cookie of ${by} has the path /` },
    { part: 'domain', why: noField('Domain') },
    { part: 'secure', why: noField('Secure') },
    { part: 'sameSite', why: noField(`SameSite=${wish.sameSite ?? ''}`) },
    isHashed
      ? { part: 'persistent', why: `the cookie of ${by} is hashed: clients move when pods come and go` }
      : {
          part: 'persistent',
          why: `the cookie of ${by} always keeps its pod; there is nothing to set for it`,
          isSo: true,
        },
  ]
  const isAsked = ({ part }: Lack): boolean =>
    wish[part] !== undefined && wish[part] !== false && !(part === 'path' && wish.path === '/')
  const why = `${by} sets no cookie: it hashes that of the application, which decides what it is like`
  const parts = all
    .filter((one) => !can.includes(one.part) && isAsked(one))
    .map((one) => (isOfApplication && one.part !== 'persistent' ? { ...one, why } : one))
  const { name } = own
  return name === undefined || name === wish.name
    ? parts
    : [{ part: 'name', name, why: `${by} calls its cookie ${name}, and no field changes that` }, ...parts]
}

/** Why one cookie is not for several Services of a host: each has pods of its own, and knows none of the other's. */
export function overwritten(names: readonly string[], by?: string): Refusal {
  const each = (by: string): Hint[] =>
    names
      .slice(0, 3)
      .map((service, index) => ({ remedy: 'one-after-the-other', service, by, number: index + 1 }))
  return refusal(
    `${names.join(' and ')} would get cookies of the same name, and each would overwrite the other's`,
    ...(by === undefined ? ['split it into one for each host'] : each(by)),
  )
}

/** What a policy does not tell of a cookie. */
export interface Details {
  wish: Partial<Omit<CookieWish, 'kind' | 'name'>>
  /** What no wish can say: what it is, and what that means. */
  left: readonly { what: string; why: string }[]
}

/** What a request comes to at a target; undefined for one that another mechanism serves. */
export function planFor(
  changing: Changing,
  target: KubernetesObject,
  request: ChangeRequest,
  store: Store,
): ChangePlan | Refusal | undefined {
  const found = changing.switchOf(target, store)
  if (found === undefined || isRefusal(found)) return found
  const { before, off, on, isShared = false } = found
  if (request.verb === 'disable') {
    const writes = off()
    return isShared && writes.length === 0 ? undefined : planOf(before, { after: none, writes })
  }
  const { by } = request
  if (by === undefined) return unsaid
  const lacks = by.kind === 'cookie' ? (changing.lacks?.(by, target, store) ?? []) : []
  if (lacks.length > 0) return refusalOf(lacks)
  const switched = on(by)
  return switched === undefined || isRefusal(switched) ? switched : planOf(before, switched)
}

/** A plan of one policy. */
function planOf(before: Policy, switched: Exclude<Switched, Refusal>): ChangePlan {
  const { after, writes } = switched
  const isOfApplication = after.kind === 'cookie' && after.madeBy === 'application' && writes.length > 0
  const notices = isOfApplication
    ? [
        {
          message: `no proxy sets this cookie: ${after.name ?? 'it'} has to be one of the application`,
          hints: [],
        },
      ]
    : []
  return { before, timeoutIsDefault: false, notices, isDone: writes.length === 0, ...switched }
}

/** Why a cookie cannot be had as it is wished. */
function refusalOf(lacks: readonly Lack[]): Refusal {
  const named = lacks.find(({ part }) => part === 'name')
  if (named?.name !== undefined) return refusal(named.why, { remedy: 'by-the-cookie', name: named.name })
  const parts = lacks.flatMap(({ part }) => (part === 'name' ? [] : part))
  return refusal([...new Set(lacks.map(({ why }) => why))].join('; '), {
    remedy: 'leave-parts-out',
    parts,
  })
}

/** Why not, with what to do instead. */
export function refusal(refused: string, ...hints: readonly Hint[]): Refusal {
  return { refused, hints }
}

/** Affinity is asked for, and not by what. */
const unsaid: Refusal = refusal('by what clients are to be kept has to be said', {
  remedy: 'by-cookie',
})

/** Tells a refusal from marks, fields and other objects of free keys, whose values are never texts of that name. */
export function isRefusal(value: object): value is Refusal {
  return 'refused' in value && typeof value.refused === 'string'
}
