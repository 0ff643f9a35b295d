import type { CodeTable } from '../../model/findings/code.ts'

/** What is found about HTTPProxies of Contour. */
export const codes = {
  'AFF-CONTOUR-UNKNOWN-FIELD': {
    level: 'warning',
    title: 'A load balancing field that HTTPProxy does not have',
  },
  'AFF-CONTOUR-UNKNOWN-STRATEGY': { level: 'warning', title: 'An unknown strategy is round robin' },
  'AFF-CONTOUR-HASH-IGNORED': { level: 'warning', title: 'A hash that Contour passes over' },
  'AFF-CONTOUR-SEVERAL-SERVICES': { level: 'warning', title: 'The Service is drawn for each request' },
  'AFF-CONTOUR-TCP': { level: 'warning', title: 'Cookies and hashes do nothing for TCP' },
  'AFF-CONTOUR-LOWER-CASE': {
    level: 'warning',
    title: 'Contour writes the name of a parameter in lower case',
  },
} as const satisfies CodeTable
