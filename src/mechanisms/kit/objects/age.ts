import type { KubernetesObject } from '../../../model/cluster/kubernetes.ts'
import { keyOf, type LooseObject, refOf } from '../../../model/cluster/object.ts'

/** The oldest first. Of one age, and in files, which tell none, 0: each controller has an order of its own for these. */
export function byCreation({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): number {
  return byText(a.creationTimestamp ?? '', b.creationTimestamp ?? '')
}

/** The oldest first, and those of one age by their names. */
export function byAge(one: LooseObject, other: LooseObject): number {
  return byCreation(one, other) || byText(keyOf(refOf(one)), keyOf(refOf(other)))
}

/** By the bytes, as Go compares. */
export function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
