import type { CodeTable } from '../../model/findings/code.ts'

/** What is found about policies of Envoy Gateway. */
export const codes = {
  'AFF-EG-BAD-HASH': { level: 'error', title: 'A hash that Envoy Gateway refuses' },
  'AFF-EG-BAD-TARGET': { level: 'warning', title: 'The policy is attached to nothing' },
  'AFF-EG-NO-TTL': { level: 'warning', title: 'Without a ttl Envoy makes no cookie' },
  'AFF-EG-NO-PATH': { level: 'warning', title: 'The cookie has no path and is kept per directory' },
  'AFF-EG-SAME-SITE': { level: 'warning', title: 'SameSite=None without Secure: browsers refuse the cookie' },
  'AFF-EG-APPLICATION-COOKIE': {
    level: 'warning',
    title: 'The cookie is one that applications set themselves',
  },
  'AFF-EG-REPLACED': { level: 'warning', title: 'A more specific policy takes the hash away' },
  'AFF-EG-CONFLICT': { level: 'warning', title: 'Two policies for one target: the older one counts' },
  'AFF-EG-SERVICE-ROUTING': { level: 'warning', title: 'routingType Service leaves nothing to stick to' },
  'AFF-EG-WEIGHTED-HASH': { level: 'warning', title: 'The backend is drawn before the hash counts' },
  'AFF-EG-WEIGHTS-IGNORED': {
    level: 'warning',
    title: 'The hash picks among all backends, whatever their weights',
  },
  'AFF-EG-SESSION-FIRST': {
    level: 'info',
    title: 'Session persistence decides, and the hash only before it',
  },
  'AFF-EG-SOURCE-IP': { level: 'info', title: 'The client address is the one that Envoy sees' },
  'AFF-EG-OLD-HEADER': { level: 'info', title: 'Hash type Header is deprecated' },
} as const satisfies CodeTable
