/** API paths. Names are encoded; a wrong one must not change the path. */

const scope = (namespace: string | undefined): string =>
  namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`

/** The list of a resource in one namespace, or of all of them. */
export const listPath = (api: string, resource: string, namespace: string | undefined): string =>
  `${api}${scope(namespace)}/${resource}`

/** One object of a list. */
export const itemPath = (list: string, name: string): string => `${list}/${encodeURIComponent(name)}`

export const servicesPath = (namespace: string | undefined): string =>
  listPath('/api/v1', 'services', namespace)
export const servicePath = (namespace: string, name: string): string =>
  itemPath(servicesPath(namespace), name)
export const podsPath = (namespace: string | undefined): string => listPath('/api/v1', 'pods', namespace)
export const podPath = (namespace: string, name: string): string => itemPath(podsPath(namespace), name)
export const eventsPath = (namespace: string): string => listPath('/api/v1', 'events', namespace)
export const configMapPath = (namespace: string, name: string): string =>
  itemPath(listPath('/api/v1', 'configmaps', namespace), name)
export const slicesPath = (namespace: string | undefined): string =>
  listPath('/apis/discovery.k8s.io/v1', 'endpointslices', namespace)
export const jobsPath = (namespace: string | undefined): string =>
  listPath('/apis/batch/v1', 'jobs', namespace)
export const jobPath = (namespace: string, name: string): string => itemPath(jobsPath(namespace), name)
export const deploymentsPath = (namespace: string): string =>
  listPath('/apis/apps/v1', 'deployments', namespace)
export const namespacesPath = '/api/v1/namespaces'
export const namespacePath = (name: string): string => itemPath(namespacesPath, name)
export const nodesPath = '/api/v1/nodes'
export const nodePath = (name: string): string => itemPath(nodesPath, name)
/** kube-proxy's own answer about its mode, through the API server's proxy to a node. */
export const proxyModePath = (node: string): string => `${nodePath(`${node}:10249`)}/proxy/proxyMode`
export const endpointsPath = (namespace: string, name: string): string =>
  itemPath(listPath('/api/v1', 'endpoints', namespace), name)
export const slicePath = (namespace: string, name: string): string => itemPath(slicesPath(namespace), name)
export const ingressesPath = (namespace: string | undefined): string =>
  listPath('/apis/networking.k8s.io/v1', 'ingresses', namespace)
export const gatewaysPath = (namespace: string | undefined): string =>
  listPath('/apis/gateway.networking.k8s.io/v1', 'gateways', namespace)
