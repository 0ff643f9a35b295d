import type { CodeTable } from '../../model/code.ts'

/** What is found about the objects of Istio. */
export const codes = {
  'AFF-ISTIO-HASH-REFUSED': { level: 'error', title: 'Istio refuses this consistentHash' },
  'AFF-ISTIO-NO-SUBSET': { level: 'error', title: 'A route leads to a subset that no DestinationRule has' },
  'AFF-ISTIO-HOST': { level: 'warning', title: 'A host of Istio is not the name of the Service' },
  'AFF-ISTIO-NO-GATEWAY': { level: 'warning', title: 'A VirtualService names a Gateway that is not there' },
  'AFF-ISTIO-HOST-NOT-TAKEN': { level: 'warning', title: 'No server of the Gateway takes the host' },
  'AFF-ISTIO-RULE-HIDDEN': { level: 'warning', title: 'Another DestinationRule counts instead' },
  'AFF-ISTIO-WEIGHTED': { level: 'warning', title: 'Weights are drawn before the hash' },
  'AFF-ISTIO-PORT-UNKNOWN': {
    level: 'warning',
    title: 'portLevelSettings for a port that the Service has not',
  },
  'AFF-ISTIO-PORT-DROPS': {
    level: 'warning',
    title: 'portLevelSettings switch off the affinity of all ports',
  },
  'AFF-ISTIO-PORT-NOT-NAMED': {
    level: 'warning',
    title: 'A hash for a port needs a route that names the port',
  },
  'AFF-ISTIO-SUBSET-OVERRIDES': { level: 'warning', title: 'A subset switches off the affinity of the host' },
  'AFF-ISTIO-SUBSET-UNUSED': { level: 'warning', title: 'No route leads to the subset that has the affinity' },
  'AFF-ISTIO-NOT-HTTP': { level: 'warning', title: 'A cookie or header in traffic that is not read' },
  'AFF-ISTIO-APPLICATION-COOKIE': {
    level: 'warning',
    title: 'Istio makes a cookie under the name of the application’s',
  },
  'AFF-ISTIO-COOKIE-NOT-MADE': { level: 'warning', title: 'Nobody makes the cookie: it has no ttl' },
  'AFF-ISTIO-COOKIE-PATH': { level: 'info', title: 'The cookie has no path' },
  'AFF-ISTIO-COOKIE-ENDS': { level: 'info', title: 'The cookie ends however active a client is' },
  'AFF-ISTIO-LOCALITY': { level: 'info', title: 'Proxies in several zones hash to different pods' },
  'AFF-ISTIO-NO-WARMUP': { level: 'info', title: 'warmup has no effect with consistentHash' },
  'AFF-ISTIO-SESSION-LABEL': {
    level: 'info',
    title: 'The label for persistent sessions needs a setting of istiod',
  },
  'AFF-ISTIO-WAYPOINT': { level: 'info', title: 'In ambient mode only a waypoint reads DestinationRules' },
} as const satisfies CodeTable
