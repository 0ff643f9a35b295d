import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-KONG-NO-POLICY': { level: 'warning', title: 'A Service names a KongUpstreamPolicy that is not there' },
  'AFF-KONG-ALGORITHM': { level: 'error', title: 'A KongUpstreamPolicy that is refused, or has no effect' },
  'AFF-KONG-MISPLACED': { level: 'warning', title: 'Kong reads upstream-policy on Services only' },
  'AFF-KONG-ENTERPRISE': { level: 'info', title: 'sticky-sessions needs Kong Gateway Enterprise 3.11' },
} as const satisfies CodeTable
