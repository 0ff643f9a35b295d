import { sceneOf } from '../../../src/analysis/store.ts'
import type { Service } from '../../../src/model/cluster/kubernetes.ts'
import type { Path } from '../../../src/model/affinity/leg.ts'
import { type LooseObject, refOf } from '../../../src/model/cluster/object.ts'
import { pathsThrough } from '../../../src/analysis/path/walk.ts'
import { classes, snapshot, tableOf } from '../analysis/build.ts'

/** The ways to a Service through these objects, without those that are its own. */
export function waysThrough(
  service: Service,
  objects: readonly LooseObject[],
  ingressClasses: Readonly<Record<string, string>>,
): Path[] {
  const found = snapshot({ service }, { objects: tableOf([...classes(ingressClasses), ...objects]) })
  const { network } = sceneOf(found)
  return pathsThrough(refOf(service), network).filter(({ entry }) => entry.of.kind !== 'Service')
}
