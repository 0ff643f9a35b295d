import { customType, targetKind } from '../kit/objects/types.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { at, list, strings } from '../kit/objects/loose.ts'

const group = 'apisix.apache.org'

/** Hosts and paths to Services (api/v2/apisixroute_types.go). */
export const apisixRoutes: ObjectType<LooseObject> = {
  ...customType(group, 'apisixroutes', 'ApisixRoute'),
  versions: ['v2'],
}

/** How the Service of the same name is met by an ApisixRoute (api/v2/apisixupstream_types.go). */
export const apisixUpstreams: ObjectType<LooseObject> = {
  ...customType(group, 'apisixupstreams', 'ApisixUpstream'),
  versions: ['v2'],
}

/** How Services are met from Ingresses and routes of the Gateway API; Envoy Gateway has a kind of this name, too. */
export const trafficPolicies: ObjectType<LooseObject> = {
  ...customType(group, 'backendtrafficpolicies', 'BackendTrafficPolicy'),
  versions: ['v1alpha1'],
}

/** `apisixroute/x`, or `ar/x` as kubectl has it. */
export const apisixRouteKind = targetKind(
  apisixRoutes,
  ({ spec }) => list(at(spec, 'http')).flatMap((rule) => strings(at(rule, 'match.hosts'))),
  { shortNames: ['ar'] },
)
