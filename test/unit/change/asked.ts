import { choose } from '../../../src/change/carry/choose.ts'
import { played } from '../../../src/change/write/predict.ts'
import { withObjects } from '../../../src/change/around/store.ts'
import type { Changing } from '../../../src/mechanisms/changing.ts'
import { known, storeOf } from '../../../src/model/cluster/store.ts'
import type { KubernetesObject } from '../../../src/model/cluster/kubernetes.ts'
import { isOfType, keyOf, listName, refOf } from '../../../src/model/cluster/object.ts'
import type { ChangeRequest } from '../../../src/model/affinity/change.ts'

/** What a request comes to among these objects, the first of which is the target. */
export function ask(by: Changing, request: ChangeRequest, ...all: readonly KubernetesObject[]) {
  const types = [...by.targets, ...by.reads]
  const lists = new Map(
    types.map((type) => [listName(type), known(all.filter((one) => isOfType(one, type)))]),
  )
  const { plan } = choose([by], all[0]!, { request, with: by.name }, storeOf(lists))
  const now = withObjects(lists, plan.writes.map(played))
  const left = [
    ...new Map(
      [...now.values()]
        .flatMap((list) => (list.known ? list.value : []))
        .map((one) => [keyOf(refOf(one)), one]),
    ).values(),
  ]
  return {
    plan,
    left,
    writes: plan.writes.map(({ how, object }) => `${how} ${object.kind} ${object.metadata.name}`),
  }
}
