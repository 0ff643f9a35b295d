import type { CodeTable } from '../../model/findings/code.ts'

/** What is found about the objects of Istio. */
export const codes = {
  'AFF-ISTIO-HASH-REFUSED': { level: 'error', title: 'Istio refuses this consistentHash' },
  'AFF-ISTIO-NO-SUBSET': { level: 'error', title: 'A route leads to a subset that is not defined' },
  'AFF-ISTIO-HOST': { level: 'warning', title: 'A host of Istio is not the name of the Service' },
  'AFF-ISTIO-NO-GATEWAY': { level: 'warning', title: 'A Gateway of the route is not there' },
  'AFF-ISTIO-HOST-NOT-TAKEN': { level: 'warning', title: 'No server of the Gateway takes the host' },
  'AFF-ISTIO-SAME-HOST': { level: 'warning', title: 'Two VirtualServices of the mesh are for one host' },
  'AFF-ISTIO-UNREACHABLE': { level: 'warning', title: 'A route that gets no request' },
  'AFF-ISTIO-HOST-TAKEN': { level: 'warning', title: 'Two Gateways have one host with TLS' },
  'AFF-ISTIO-MESH-ONLY': { level: 'warning', title: 'A subset with a hash is for the mesh alone' },
  'AFF-ISTIO-RULE-HIDDEN': { level: 'warning', title: 'Another DestinationRule counts instead' },
  'AFF-ISTIO-WEIGHTED': { level: 'warning', title: 'Weights are drawn before the hash' },
  'AFF-ISTIO-PORT-UNKNOWN': {
    level: 'warning',
    title: 'Settings for a port that the Service has not',
  },
  'AFF-ISTIO-PORT-DROPS': {
    level: 'warning',
    title: 'Settings for a port drop the hash',
  },
  'AFF-ISTIO-PORT-NOT-NAMED': {
    level: 'warning',
    title: 'The route does not name the port of the hash',
  },
  'AFF-ISTIO-SUBSET-OVERRIDES': { level: 'warning', title: 'A subset switches off the hash of the host' },
  'AFF-ISTIO-SUBSET-UNUSED': {
    level: 'warning',
    title: 'No route leads to the subset with the hash',
  },
  'AFF-ISTIO-NOT-HTTP': { level: 'warning', title: 'The hash is of traffic that is not read' },
  'AFF-ISTIO-APPLICATION-COOKIE': {
    level: 'warning',
    title: 'Proxy and application make one cookie',
  },
  'AFF-ISTIO-COOKIE-NOT-MADE': { level: 'warning', title: 'Nobody makes the cookie: it has no ttl' },
  'AFF-ISTIO-COOKIE-PATH': { level: 'info', title: 'The cookie has no path' },
  'AFF-ISTIO-COOKIE-ENDS': { level: 'info', title: 'The cookie ends however active a client is' },
  'AFF-ISTIO-LOCALITY': { level: 'info', title: 'Proxies in several zones hash to different pods' },
  'AFF-ISTIO-NO-WARMUP': { level: 'info', title: 'warmup has no effect with consistentHash' },
  'AFF-ISTIO-SESSION-LABEL': {
    level: 'info',
    title: 'A label that needs a setting of istiod',
  },
  'AFF-ISTIO-WAYPOINT': { level: 'info', title: 'A waypoint may need a route to hash' },
} as const satisfies CodeTable
