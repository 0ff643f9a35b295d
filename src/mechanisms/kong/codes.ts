import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-KONG-NO-POLICY': { level: 'warning', title: 'A Service names a KongUpstreamPolicy that is not there' },
  'AFF-KONG-ALGORITHM': { level: 'warning', title: 'A KongUpstreamPolicy says what it does not use' },
  'AFF-KONG-MISPLACED': { level: 'warning', title: 'Kong reads upstream-policy on Services only' },
  'AFF-KONG-ENTERPRISE': { level: 'info', title: 'sticky-sessions needs Kong Gateway Enterprise 3.11' },
} as const satisfies CodeTable
