/** API paths of the objects that a probe reads and writes. Names are encoded; a wrong one must not change the path. */
const inNamespace = (api: string, namespace: string, rest: string): string =>
  `${api}/namespaces/${encodeURIComponent(namespace)}/${rest}`

export const servicePath = (namespace: string, name: string): string =>
  inNamespace('/api/v1', namespace, `services/${encodeURIComponent(name)}`)
export const slicesPath = (namespace: string): string =>
  inNamespace('/apis/discovery.k8s.io/v1', namespace, 'endpointslices')
export const podsPath = (namespace: string): string => inNamespace('/api/v1', namespace, 'pods')
export const eventsPath = (namespace: string): string => inNamespace('/api/v1', namespace, 'events')
export const jobsPath = (namespace: string): string => inNamespace('/apis/batch/v1', namespace, 'jobs')
export const jobPath = (namespace: string, name: string): string =>
  `${jobsPath(namespace)}/${encodeURIComponent(name)}`
export const nodePath = (name: string): string => `/api/v1/nodes/${encodeURIComponent(name)}`
/** Jobs of every namespace. */
export const allJobsPath = '/apis/batch/v1/jobs'
/** Pods of every namespace. */
export const allPodsPath = '/api/v1/pods'
