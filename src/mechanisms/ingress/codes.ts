import type { CodeTable } from '../../model/findings/code.ts'

/** Of what several Ingress controllers share. */
export const codes = {
  'AFF-L7-FOREIGN-ANNOTATION': {
    level: 'warning',
    title: 'An affinity annotation of another Ingress controller',
  },
  'AFF-L7-NOT-SWITCHED-ON': { level: 'warning', title: 'Settings of an affinity that is not switched on' },
  'AFF-L7-MISSPELT-ANNOTATION': { level: 'warning', title: 'An affinity annotation is misspelt' },
  'AFF-L7-MISPLACED': {
    level: 'warning',
    title: 'An annotation or a field stands where nobody reads it',
  },
  'AFF-L7-HASH-OF-NODES': {
    level: 'warning',
    title: 'A hash of the client address sees addresses of nodes',
  },
  'AFF-L7-ONE-ADDRESS': {
    level: 'warning',
    title: 'A controller with a cookie goes to the cluster IP',
  },
  'AFF-L7-SECURE-COOKIE': { level: 'info', title: 'A Secure cookie on a host without TLS' },
  'AFF-L7-COOKIE-PATH': { level: 'warning', title: 'The path of the cookie does not cover the route' },
  'AFF-L7-APPLICATION-COOKIE': {
    level: 'warning',
    title: 'A proxy makes a cookie that applications make themselves',
  },
} as const satisfies CodeTable
