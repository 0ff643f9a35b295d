import { storeOf } from '../../../src/analysis/store.ts'
import { mechanisms } from '../../../src/mechanisms/index.ts'
import { known } from '../../../src/model/fact.ts'
import type { Service } from '../../../src/model/kubernetes.ts'
import type { Path } from '../../../src/model/leg.ts'
import { type LooseObject, refOf } from '../../../src/model/object.ts'
import { networkOf } from '../../../src/path/network.ts'
import { pathsThrough } from '../../../src/path/walk.ts'
import { snapshot } from '../analysis/build.ts'

/** The ways to a Service through these objects, without those that are its own. */
export function waysThrough(
  service: Service,
  objects: readonly LooseObject[],
  ingressClasses: Readonly<Record<string, string>>,
): Path[] {
  const isIngress = ({ kind }: LooseObject): boolean => kind === 'Ingress'
  const found = snapshot(
    {
      service,
      ingresses: known(objects.filter(isIngress)),
      routes: known(objects.filter((object) => !isIngress(object))),
    },
    { ingressClasses: known(ingressClasses) },
  )
  const network = networkOf(storeOf(found, found.services[0]!), mechanisms)
  return pathsThrough(refOf(service), network).filter(({ entry }) => entry.of.kind !== 'Service')
}
