import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-HAP-COOKIE-ON-INGRESS': {
    level: 'warning',
    title: 'HAProxy after 3.2 ignores cookie-persistence on an Ingress',
  },
  'AFF-HAP-BOTH-COOKIES': { level: 'error', title: 'Two kinds of HAProxy cookies exclude each other' },
  'AFF-HAP-AFFINITY-VALUE': { level: 'error', title: 'HAProxy Ingress knows affinity "cookie" only' },
  'AFF-HAP-COOKIE-VALUE': { level: 'warning', title: 'HAProxy Ingress does not know this kind of cookie' },
  'AFF-HAP-CONFLICT': { level: 'warning', title: 'Two Ingresses want other affinity of one Service' },
} as const satisfies CodeTable
