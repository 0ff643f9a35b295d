import type { LooseObject, ObjectType, WaySigns } from '../../model/cluster/object.ts'
import { namesAny } from '../kit/objects/loose.ts'
import { customType } from '../kit/objects/types.ts'

export const group = 'gateway.networking.k8s.io'

/** Routes, gateways and what joins them stand in several namespaces. */
function everywhere(
  resource: string,
  kind: string,
  versions: ObjectType['versions'],
  of = group,
): ObjectType<LooseObject> {
  return { ...customType(of, resource, kind), versions, within: 'everywhere' }
}

/** The API server drops session persistence where its definitions do not have it. */
export const httpRoutes: ObjectType<LooseObject> = {
  ...everywhere('httproutes', 'HTTPRoute', ['v1', 'v1beta1']),
  keepsApplied: true,
}
export const grpcRoutes: ObjectType<LooseObject> = {
  ...everywhere('grpcroutes', 'GRPCRoute', ['v1', 'v1alpha2']),
  keepsApplied: true,
}

/** A route leads to a Service by naming it. */
export const onWays: WaySigns = { of: [httpRoutes, grpcRoutes], tells: namesAny }

export const gateways: ObjectType<LooseObject> = {
  ...everywhere('gateways', 'Gateway', ['v1', 'v1beta1']),
  onWays,
}

/** What else matters where routes lead through gateways. */
const besideRoutes = { beside: [httpRoutes, grpcRoutes], onWays }
export const besideGateways = { beside: [gateways], onWays }

/** Listeners of a Gateway that stand in an object of their own: since v1.5, and as an experiment before. */
export const listenerSets: ObjectType<LooseObject> = {
  ...everywhere('listenersets', 'ListenerSet', ['v1']),
  ...besideRoutes,
}
export const xListenerSets: ObjectType<LooseObject> = {
  ...everywhere('xlistenersets', 'XListenerSet', ['v1alpha1'], 'gateway.networking.x-k8s.io'),
  ...besideRoutes,
}

/** A class says which controller serves a Gateway. Whoever runs the cluster makes it, or the controller itself. */
export const gatewayClasses: ObjectType<LooseObject> = {
  ...everywhere('gatewayclasses', 'GatewayClass', ['v1', 'v1beta1']),
  scope: 'cluster',
  isOfCluster: true,
  ...besideGateways,
}

export const referenceGrants: ObjectType<LooseObject> = {
  ...everywhere('referencegrants', 'ReferenceGrant', ['v1', 'v1beta1', 'v1alpha2']),
  ...besideRoutes,
}

/** Session persistence for a Service, from v1.3 on; its group is that of experiments. */
export const xBackendTrafficPolicies = everywhere(
  'xbackendtrafficpolicies',
  'XBackendTrafficPolicy',
  ['v1alpha1'],
  'gateway.networking.x-k8s.io',
)

/** The same in v1.1 and v1.2. */
export const backendLbPolicies = everywhere('backendlbpolicies', 'BackendLBPolicy', ['v1alpha2'])
