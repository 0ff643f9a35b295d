import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { customType } from '../kit/types.ts'

export const group = 'gateway.envoyproxy.io'

export const backendTrafficPolicies: ObjectType<LooseObject> = {
  ...customType(group, 'backendtrafficpolicies', 'BackendTrafficPolicy'),
  versions: ['v1alpha1'],
  within: 'everywhere',
}
