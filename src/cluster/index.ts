/** The only place that talks to an API server. */
export { connect } from './connect.ts'
export {
  ApiError,
  ClusterError,
  ConnectionError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isNotFound,
  isRetryable,
  KubeconfigError,
} from './errors.ts'
export type {
  CallOptions,
  Cluster,
  ConnectionFlags,
  DeleteOptions,
  Environment,
  Patch,
  Query,
} from './types.ts'
