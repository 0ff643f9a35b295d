/** The only place that talks to an API server. */
export { connect } from './connect.ts'
export {
  ApiError,
  ConnectionError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isNotFound,
  isRetryable,
  KubeconfigError,
} from './errors.ts'
export type { Cluster, ConnectionFlags, Environment } from './types.ts'
export { kubeconfigNames, type KubeconfigNames } from './kubeconfig/names.ts'
export { followLog, type FollowLogOptions } from './logs.ts'
export { watchList, type WatchEvent, type WatchOptions } from './watch.ts'
