import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-AZURE-VALUE': { level: 'error', title: 'cookie-based-affinity is "true" or "false"' },
  'AFF-AZURE-ONE-NAME': { level: 'warning', title: 'Two Services of one host share the name of a cookie' },
  'AFF-AZURE-ROUTE-POLICY': { level: 'error', title: 'A RoutePolicy with session affinity that is refused' },
} as const satisfies CodeTable
