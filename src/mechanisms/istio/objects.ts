import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { namesAnyHost } from '../kit/objects/loose.ts'
import { customType } from '../kit/objects/types.ts'
import { workloadsWith } from '../kit/programs/workloads.ts'

export const group = 'networking.istio.io'

/** The namespace whose rules are for the whole mesh (meshConfig.rootNamespace), as every installation has it by default. */
export const rootNamespace = 'istio-system'

/** Gateways, routes and rules of other namespaces have a say in what reaches a Service. */
function everywhere(resource: string, kind: string): ObjectType<LooseObject> {
  return {
    ...customType(group, resource, kind),
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    within: 'everywhere',
  }
}

export const virtualServices = everywhere('virtualservices', 'VirtualService')
export const destinationRules = everywhere('destinationrules', 'DestinationRule')

/** For a Service they matter where a VirtualService names it: as a whole host, or by its first part. */
export const istioGateways: ObjectType<LooseObject> = {
  ...everywhere('gateways', 'Gateway'),
  onWays: { of: [virtualServices], tells: namesAnyHost },
}

/** What the selectors of Gateways name, and istiod: Istio's charts and its operator put this label on both. */
export const istioProxies = workloadsWith('istio', {
  beside: [istioGateways, virtualServices, destinationRules],
})
