import type { ChangeRequest } from '../model/intent.ts'
import type { KubernetesObject } from '../model/kubernetes.ts'
import type { LooseObject, ObjectType } from '../model/object.ts'
import type { Store } from '../model/store.ts'
import type { ChangePlan, Refusal } from '../model/write.ts'

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
  /** CustomResourceDefinitions, by name, whose schema decides what may be written. */
  definitions?: readonly string[]
  /** It changes such a target only if it is named by `--with`: there are others that could. */
  isOnAsking?(target: KubernetesObject): boolean
  /** What a request comes to; undefined for a target that another one serves. */
  plan(target: KubernetesObject, request: ChangeRequest, store: Store): ChangePlan | Refusal | undefined
}

/** The definition of a custom resource, as far as it is read. */
export const definitions: ObjectType<LooseObject> = {
  group: 'apiextensions.k8s.io',
  versions: ['v1'],
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  scope: 'cluster',
}

/** A plan of one policy. */
export function planOf(
  plan: Pick<ChangePlan, 'before' | 'after' | 'writes'> & Partial<ChangePlan>,
): ChangePlan {
  return { timeoutIsDefault: false, notices: [], isDone: plan.writes.length === 0, ...plan }
}

/** Why not, with what to do instead. */
export function refusal(refused: string, ...hints: readonly string[]): Refusal {
  return { refused, hints }
}
