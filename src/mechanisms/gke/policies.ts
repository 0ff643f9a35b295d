import type { LooseObject, ObjectType } from '../../model/object.ts'
import { customType } from '../kit/types.ts'

/** For a Service behind Gateways of GKE. */
export const backendPolicies: ObjectType<LooseObject> = customType(
  'networking.gke.io',
  'gcpbackendpolicies',
  'GCPBackendPolicy',
)

/** What its `spec.default.sessionAffinity.type` may be. */
export const backendPolicyTypes = [
  'CLIENT_IP',
  'CLIENT_IP_PORT_PROTO',
  'CLIENT_IP_PROTO',
  'GENERATED_COOKIE',
  'HEADER_FIELD',
  'HTTP_COOKIE',
  'NONE',
] as const
