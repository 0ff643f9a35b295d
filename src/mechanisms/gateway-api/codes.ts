import type { CodeTable } from '../../model/findings/code.ts'

/** What is found about routes of the Gateway API and their session persistence. */
export const codes = {
  'AFF-GWAPI-UNKNOWN-FIELD': { level: 'error', title: 'A field of session persistence that does not exist' },
  'AFF-GWAPI-BAD-VALUE': { level: 'error', title: 'A value of session persistence that the API refuses' },
  'AFF-GWAPI-NO-TIMEOUT': {
    level: 'error',
    title: 'A permanent cookie needs an absoluteTimeout',
  },
  'AFF-GWAPI-NOT-ATTACHED': { level: 'warning', title: 'No listener of the gateway takes the route' },
  'AFF-GWAPI-NO-GRANT': { level: 'warning', title: 'No grant for a Service of another namespace' },
  'AFF-GWAPI-PRUNED': { level: 'warning', title: 'The API server drops session persistence' },
  'AFF-GWAPI-IGNORED': { level: 'warning', title: 'The controller does not read sessionPersistence' },
  'AFF-GWAPI-POLICY-IGNORED': { level: 'warning', title: 'No controller reads this policy for Services' },
  'AFF-GWAPI-DEPENDS': { level: 'info', title: 'Session persistence depends on what cannot be seen' },
  'AFF-GWAPI-IDLE-TIMEOUT': { level: 'warning', title: 'idleTimeout is gone, and nobody kept it' },
  'AFF-GWAPI-TIMEOUT-IGNORED': {
    level: 'warning',
    title: 'absoluteTimeout counts for permanent cookies only',
  },
  'AFF-GWAPI-ONE-NAME': { level: 'warning', title: 'Rules of one host share the name of a cookie' },
  'AFF-GWAPI-COOKIE-PATH': { level: 'warning', title: 'The path of the cookie does not fit the rule' },
  'AFF-GWAPI-NO-PATH': { level: 'warning', title: 'The cookie has no path and is kept per directory' },
  'AFF-GWAPI-APPLICATION-COOKIE': { level: 'warning', title: 'The name is that of a cookie of applications' },
  'AFF-GWAPI-WEIGHTED-SESSION': {
    level: 'warning',
    title: 'Backends with filters are drawn before the session counts',
  },
  'AFF-GWAPI-SESSION-BEATS-WEIGHT': {
    level: 'info',
    title: 'Sessions stay where they are, whatever the weights',
  },
  'AFF-GWAPI-COOKIE-ATTRIBUTES': { level: 'info', title: 'The cookie is neither Secure nor SameSite' },
  'AFF-GWAPI-EXPERIMENTAL': { level: 'info', title: 'sessionPersistence needs the experimental channel' },
} as const satisfies CodeTable
