import type { Leg, Stop } from '../../../model/affinity/leg.ts'
import type { LooseObject } from '../../../model/cluster/object.ts'
import type { Attachment, Unattached } from './attach.ts'
import type { RouteBackend } from './backends.ts'
import type { Controller } from '../implementations/controllers.ts'
import type { Reading } from '../implementations/implementations.ts'
import type { Persistence } from '../persistence/persistence.ts'

/** All that decides what a gateway does with a rule of a route, for whoever refines the arrow that it draws. */
export interface Routing {
  route: LooseObject
  index: number
  rule: Readonly<Record<string, unknown>>
  /** The rule's name, which policies may point at. */
  ruleName?: string
  attachment: Attachment | Unattached
  controller?: Controller
  persistence?: Persistence
  reading?: Reading
  backend: RouteBackend
  /** All backends of the rule. */
  backends: readonly RouteBackend[]
}

/** Legs are copied when they are refined; the node that they begin at stays the same. */
const routings = new WeakMap<Stop, Routing>()

/** What an arrow of a route stands for; undefined for all others. */
export function routingOf({ from }: Leg): Routing | undefined {
  return 'object' in from ? routings.get(from) : undefined
}

/** Keeps it for those who ask. */
export function remember(from: Stop, routing: Routing): void {
  routings.set(from, routing)
}
