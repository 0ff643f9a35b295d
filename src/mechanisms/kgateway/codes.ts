import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-KGW-NO-HASH': { level: 'warning', title: 'A ring of kgateway that hashes nothing' },
  'AFF-KGW-NO-TTL': { level: 'warning', title: 'Without a ttl kgateway sets no cookie' },
  'AFF-KGW-NO-PATH': { level: 'warning', title: 'A hashed cookie of kgateway that is kept per directory' },
} as const satisfies CodeTable
