import { objectName } from '../../../model/findings/finding.ts'
import { keyOf, type LooseObject, refOf } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { type Analyzer, objectAnalyzer } from '../../analyzer.ts'
import { byAge } from '../../kit/objects/age.ts'
import { at, strings } from '../../kit/objects/loose.ts'
import { wholeHost } from '../legs/hosts.ts'
import { virtualServices } from '../objects.ts'
import { hostsOf, isOfMesh } from '../legs/routes.ts'

/** At gateways the routes of one host are put together, in the mesh they are not. */
const sameHost = objectAnalyzer({
  about: virtualServices,
  codes: ['AFF-ISTIO-SAME-HOST'],
  needs: [virtualServices],
  applies: isOfMesh,
  analyse: (object, { store }, report) => {
    for (const host of namesOf(object)) {
      const others = othersFor(object, host, store)
      if (others.length === 0) continue
      const all = [object, ...others].toSorted(byAge)
      const last = all.at(-1) ?? object
      const index = namesOf(last).indexOf(host)
      report('AFF-ISTIO-SAME-HOST', {
        message: `${all.map((one) => objectName(refOf(one))).join(' and ')} are for ${hostsOf(last)[index] ?? host} in the mesh, where one of them counts`,
        why: 'Istio puts routes of one host together at gateways only. For callers in the mesh it takes one VirtualService, and does not say which: what the other leads to, and sticks on, is left out.',
        mend: ['put the routes of both into one VirtualService'],
        objects: all.map(refOf),
        at: { object: refOf(last), field: `spec.hosts[${index}]` },
      })
    }
  },
})

function namesOf(object: LooseObject): string[] {
  return hostsOf(object).map((host) => wholeHost(host, object.metadata.namespace ?? ''))
}

/** What is not exported meets only what is in its namespace. */
function othersFor(object: LooseObject, host: string, store: Store): LooseObject[] {
  const all = store.list(virtualServices)
  const own = keyOf(refOf(object))
  return (all.known ? all.value : []).filter((one) => {
    if (keyOf(refOf(one)) === own || !isOfMesh(one)) return false
    const isBeside = one.metadata.namespace === object.metadata.namespace
    return (isBeside || [object, one].every(isForAll)) && namesOf(one).includes(host)
  })
}

function isForAll({ spec }: LooseObject): boolean {
  const names = strings(at(spec, 'exportTo'))
  return names.length === 0 || names.includes('*')
}

export const conflictAnalyzers: readonly Analyzer[] = [sameHost]
