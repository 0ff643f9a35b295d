import { changes } from '../../mechanisms/changes.ts'
import { type Changing, planFor } from '../../mechanisms/changing.ts'
import type { ChangeNotice, ChangePlan, ChangeRequest, Destination } from '../../model/affinity/change.ts'
import { objectName } from '../../model/findings/finding.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { type ObjectType, refOf, resourceName } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { NamedTarget } from '../../model/targets/parse.ts'
import { type Carried, fitted, type Instead } from './migrate.ts'

export interface AskedChange {
  request: ChangeRequest
  /** The mechanism that is to do it, where there is a choice. */
  with: string | undefined
  /** What clients are to be kept by, taken over from another target; it counts instead of that of the request. */
  carried?: Carried | undefined
}

/** Where the affinity of another target is to be taken from. */
export interface From {
  target: NamedTarget
  /** What counts instead. */
  instead: Instead
}

/** Refuses a target that is named as its own source. */
export function ownSource({ target: { kind, name } }: From): UserError {
  const word = `${kind.name}/${name}`
  return new UserError(`${word} cannot take over its own affinity`, {
    hints: [
      { remedy: 'name-receiver', from: word },
      { remedy: 'name-mechanism', of: word },
    ],
  })
}

/** On which mechanism the affinity of what is named is to be had as well. */
export interface To {
  destination: Destination
  /** What counts instead. */
  instead: Instead
}

/** Who may be able to change targets of a type. */
export function ableTo(type: ObjectType, named: string | undefined): readonly Changing[] {
  const isOf = (other: ObjectType): boolean => resourceName(other) === resourceName(type)
  return changes.filter((one) => one.targets.some(isOf) && (named === undefined || one.name === named))
}

/** What is taken over goes as far as the mechanism has fields for it. */
function requestTo(
  changing: Changing,
  object: KubernetesObject,
  { request, carried }: AskedChange,
  store: Store,
): { request: ChangeRequest; notices: readonly ChangeNotice[] } {
  if (carried === undefined) return { request, notices: [] }
  const { by, notices } = fitted(carried, (wish) => changing.lacks?.(wish, object, store) ?? [])
  return { request: { verb: 'enable', by }, notices }
}

/** The mechanism that serves a target, and what it would do. Throws UserError where there is none, or where it refuses. */
export function choose(
  able: readonly Changing[],
  object: KubernetesObject,
  options: AskedChange,
  store: Store,
): { changing: Changing; plan: ChangePlan } {
  const name = objectName(refOf(object))
  for (const changing of able) {
    if (options.with === undefined && changing.isOnAsking?.(object) === true) continue
    const { request, notices } = requestTo(changing, object, options, store)
    const plan = planFor(changing, object, request, store)
    if (plan === undefined) continue
    if ('refused' in plan) throw new UserError(`${name} not changed: ${plan.refused}`, { hints: plan.hints })
    return { changing, plan: { ...plan, notices: [...plan.notices, ...notices] } }
  }
  const others = able.filter((one) => one.isOnAsking?.(object) === true)
  if (others.length > 0)
    throw new UserError(`${name} not changed: a Service itself knows clients by their address only`, {
      hints: [
        'cookies and headers are up to what stands in front of it: name that, such as ingress/NAME',
        { remedy: 'say-who', by: [...new Set(others.map(({ name }) => name))].join(' | ') },
      ],
    })
  if (options.with !== undefined)
    throw new UserError(`${name} not changed: what ${options.with} writes has no effect there`, {
      hints: [{ remedy: 'leave-who-out' }],
    })
  throw new UserError(`${name} not changed: who serves it is none of those that can be changed here`, {
    hints: [`that are:  ${[...new Set(changes.map(({ label }) => label))].join(', ')}`],
  })
}
