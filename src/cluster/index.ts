/** The only place that talks to an API server. */
export { connect } from './connect.ts'
export {
  ApiError,
  ConnectionError,
  isConflict,
  isForbidden,
  isNotFound,
  isRetryable,
  KubeconfigError,
} from './answers/errors.ts'
export type { Cluster, ConnectionFlags, Environment } from './types.ts'
export { kubeconfigNames, type KubeconfigNames } from './kubeconfig/names.ts'
export { followLog, type FollowLogOptions } from './streams/logs.ts'
export { watchList, type WatchEvent, type WatchOptions } from './streams/watch.ts'
