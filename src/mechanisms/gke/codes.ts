import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-GKE-NO-CONFIG': { level: 'warning', title: 'A Service names a BackendConfig that is not there' },
  'AFF-GKE-BAD-JSON': { level: 'error', title: 'An annotation for Google is no JSON of its kind' },
  'AFF-GKE-NO-PORT': { level: 'warning', title: 'A BackendConfig is named for a port that is not there' },
  'AFF-GKE-MISPLACED': { level: 'warning', title: 'Google reads backend-config on Services only' },
  'AFF-GKE-AFFINITY-VALUE': { level: 'error', title: 'A session affinity that Google refuses' },
  'AFF-GKE-UNUSED-TTL': { level: 'warning', title: 'The time of a cookie without a cookie' },
  'AFF-GKE-NODES': { level: 'warning', title: "Google's load balancer keeps clients on nodes, not on pods" },
} as const satisfies CodeTable
