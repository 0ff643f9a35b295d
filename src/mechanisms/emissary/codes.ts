import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-EMISSARY-RESOLVER': {
    level: 'warning',
    title: 'A load_balancer of Emissary without an endpoint resolver',
  },
  'AFF-EMISSARY-NO-TTL': { level: 'warning', title: 'Without a ttl Emissary sets no cookie' },
  'AFF-EMISSARY-REFUSED': { level: 'error', title: 'A load_balancer for which Emissary drops the Mapping' },
} as const satisfies CodeTable
