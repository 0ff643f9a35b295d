/** API paths of what a snapshot reads. Names are encoded; a wrong one must not change the path. */

const scope = (namespace: string | undefined): string =>
  namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`

/** The list of a resource in one namespace, or of all of them. */
export const listPath = (api: string, resource: string, namespace: string | undefined): string =>
  `${api}${scope(namespace)}/${resource}`

export const servicesPath = (namespace: string | undefined): string =>
  listPath('/api/v1', 'services', namespace)
export const servicePath = (namespace: string, name: string): string =>
  `${servicesPath(namespace)}/${encodeURIComponent(name)}`
export const podsPath = (namespace: string): string => listPath('/api/v1', 'pods', namespace)
export const eventsPath = (namespace: string): string => listPath('/api/v1', 'events', namespace)
export const configMapPath = (namespace: string, name: string): string =>
  `${listPath('/api/v1', 'configmaps', namespace)}/${encodeURIComponent(name)}`
export const slicesPath = (namespace: string | undefined): string =>
  listPath('/apis/discovery.k8s.io/v1', 'endpointslices', namespace)
export const nodesPath = '/api/v1/nodes'
/** kube-proxy's own answer about its mode, through the API server's proxy to a node. */
export const proxyModePath = (node: string): string =>
  `${nodesPath}/${encodeURIComponent(`${node}:10249`)}/proxy/proxyMode`
