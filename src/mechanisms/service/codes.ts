import type { CodeTable } from '../../model/findings/code.ts'

/** What is found about a Service, its endpoints and the proxies that serve it. */
export const codes = {
  // The Service's own settings.
  'AFF-SVC-TIMEOUT-OUT-OF-RANGE': { level: 'error', title: 'The timeout is not within 1 to 86400 seconds' },
  'AFF-SVC-TIMEOUT-WITHOUT-AFFINITY': { level: 'warning', title: 'A timeout is set, but affinity is off' },
  'AFF-SVC-TIMEOUT-DEFAULT': { level: 'info', title: 'The timeout is the default of three hours' },
  'AFF-SVC-HEADLESS': {
    level: 'warning',
    title: 'Affinity on a headless Service has no effect',
    forbids: 'enable',
  },
  'AFF-SVC-EXTERNAL-NAME': {
    level: 'warning',
    title: 'Affinity on an ExternalName Service has no effect',
    forbids: 'enable',
  },
  'AFF-SVC-EXTERNAL-NAME-SELECTOR': { level: 'warning', title: 'An ExternalName Service has a selector' },
  'AFF-SVC-EXTERNAL-NAME-ADDRESS': {
    level: 'warning',
    title: 'An ExternalName that is an address resolves to nothing',
  },
  'AFF-SVC-OTHER-PROXY': {
    level: 'warning',
    title: 'A label hands the Service to another proxy',
    forbids: 'enable-unforced',
  },
  'AFF-SVC-NO-ENDPOINTS': { level: 'error', title: 'No endpoint is ready' },
  'AFF-SVC-PORT-NO-ENDPOINTS': { level: 'warning', title: 'A port has no ready endpoint' },
  'AFF-SVC-ONE-ENDPOINT': {
    level: 'warning',
    title: 'Only one endpoint: nothing to stick to',
    forbids: 'enable-unforced',
  },
  'AFF-SVC-ONE-POD-BY-NAME': {
    level: 'info',
    title: 'The selector names one pod: nothing to choose from',
    forbids: 'enable-unforced',
  },
  'AFF-SVC-PUBLISH-NOT-READY': { level: 'warning', title: 'Clients can stick to pods that are not ready' },
  'AFF-SVC-REPLICAS-CHANGE': { level: 'info', title: 'An autoscaler changes the number of pods' },
  'AFF-SVC-PER-PORT-TABLES': { level: 'info', title: 'Each port remembers clients by itself' },
  'AFF-SVC-PER-FAMILY-TABLES': { level: 'info', title: 'Each address family remembers clients by itself' },
  'AFF-SVC-PER-NODE-TABLES': { level: 'info', title: 'Each node remembers clients by itself' },
  'AFF-SVC-NODEPORT-MASQUERADED': {
    level: 'info',
    title: 'Pods see the address of a node, not of the client',
  },
  'AFF-SVC-LB-SPREADS-NODES': {
    level: 'warning',
    title: 'The load balancer may hand a client to several nodes',
  },
  'AFF-SVC-LB-REFUSED': {
    level: 'error',
    title: 'The load balancer does not support client-IP affinity',
    forbids: 'enable-unforced',
  },
  'AFF-SVC-LB-HIDES-CLIENTS': {
    level: 'warning',
    title: 'Behind the load balancer all clients look like one',
  },
  'AFF-SVC-LB-BYPASSES': {
    level: 'warning',
    title: 'The load balancer goes to the pods, past the affinity',
    forbids: 'enable-unforced',
  },
  'AFF-SVC-LB-IGNORES-TIMEOUT': { level: 'warning', title: 'The load balancer ignores the timeout' },
  'AFF-SVC-LOCAL-TRAFFIC': {
    level: 'warning',
    title: 'With local traffic some nodes have one endpoint or none',
  },
  'AFF-SVC-INTERNAL-LOCAL': { level: 'warning', title: 'Inside, only endpoints on the same node are used' },
  'AFF-SVC-FEWER-CANDIDATES': { level: 'info', title: 'A client reaches a part of the pods only' },
  'AFF-SVC-NETWORK-POLICY': { level: 'info', title: 'A NetworkPolicy may keep a probe from the pods' },

  // What stands in front of the Service.
  'AFF-ING-BYPASSES-SERVICE': {
    level: 'warning',
    title: 'An Ingress goes to the pods and ignores the affinity',
    forbids: 'enable-unforced',
  },
  'AFF-ING-HIDES-CLIENTS': { level: 'warning', title: 'Behind a proxy, all clients look like one' },
  'AFF-ROUTE-NO-SERVICE': { level: 'warning', title: 'A way leads to a Service that is not there' },
  'AFF-ROUTE-BYPASSES-SERVICE': {
    level: 'warning',
    title: 'A route goes to the pods and ignores the affinity',
    forbids: 'enable-unforced',
  },
  'AFF-ROUTE-AFFINITY-CONFLICT': {
    level: 'warning',
    title: 'Session persistence and Service affinity at once',
    forbids: 'enable-unforced',
  },
  'AFF-MESH-BYPASSES-SERVICE': {
    level: 'warning',
    title: 'A mesh picks the pod and ignores the affinity',
    forbids: 'enable-unforced',
  },

  // EndpointSlices, most of all those that people write.
  'AFF-EPS-PORT-NAME-MISMATCH': { level: 'error', title: 'Port names of Service and EndpointSlice differ' },
  'AFF-EPS-PORT-DIFFERS': { level: 'warning', title: 'Without a selector the endpoint decides the port' },
  'AFF-EPS-SEVERAL-ADDRESSES': { level: 'warning', title: 'Only the first address of an endpoint is used' },
  'AFF-EPS-DUPLICATE-ADDRESS': { level: 'warning', title: 'An address stands in two EndpointSlices' },
  'AFF-EPS-STALE': { level: 'warning', title: 'EndpointSlices are left from another time' },
  'AFF-EPS-NO-SERVICE-LABEL': { level: 'error', title: 'An EndpointSlice names no Service' },
  'AFF-EPS-HEADLESS-LABEL': { level: 'error', title: 'A label makes kube-proxy ignore an EndpointSlice' },
  'AFF-EPS-FQDN': { level: 'warning', title: 'An EndpointSlice of host names is not served' },
  'AFF-EPS-FORBIDDEN-ADDRESS': { level: 'error', title: 'An address that the API refuses for endpoints' },
  'AFF-EPS-ENDPOINTS-API': { level: 'warning', title: 'The Endpoints API is deprecated' },

  // Backends outside the cluster.
  'AFF-EXT-SECOND-HOP': { level: 'info', title: 'Behind the endpoints stand other load balancers' },
  'AFF-EXT-NODE-IS-CLIENT': { level: 'info', title: 'Outside, all clients of a node may look like one' },

  // Service proxies.
  'AFF-PROXY-AFFINITY-OFF': {
    level: 'error',
    title: 'sessionAffinity is switched off in the Service proxy',
    forbids: 'enable-unforced',
  },
  'AFF-SVC-TIMEOUT-UNSUPPORTED': { level: 'warning', title: 'Windows nodes ignore the timeout' },
  'AFF-PROXY-MIXED-MODES': { level: 'warning', title: 'Nodes run different proxies' },
  'AFF-PROXY-IPVS-MINIMUM': { level: 'warning', title: 'IPVS keeps clients for two minutes at least' },
  'AFF-PROXY-IPVS-RETIRES': { level: 'warning', title: 'IPVS mode is deprecated and will be removed' },
  'AFF-PROXY-IPTABLES-LIST': { level: 'info', title: 'iptables remembers 100 clients per pod and port' },
  'AFF-PROXY-CILIUM-SOCKET': { level: 'info', title: 'Cilium tells pods apart by namespace, not by address' },
  'AFF-PROXY-CILIUM-SECONDS': { level: 'warning', title: 'Cilium cuts a timeout of a second or two short' },
  'AFF-PROXY-CILIUM-ENTRIES': {
    level: 'info',
    title: 'Cilium remembers clients for each address by itself',
  },
  'AFF-PROXY-CILIUM-MAGLEV': {
    level: 'info',
    title: 'Maglev brings clients from outside back to their pod',
  },
  'AFF-PROXY-ANTREA-TIMEOUT': {
    level: 'info',
    title: 'Antrea and Calico let go of clients that keep calling',
  },
  'AFF-PROXY-OVN-TIMEOUT': { level: 'warning', title: 'OVN-Kubernetes reads 86400 as "no timeout"' },
  'AFF-PROXY-OLD-KUBERNETES': { level: 'warning', title: 'This version has known affinity bugs' },
} as const satisfies CodeTable
