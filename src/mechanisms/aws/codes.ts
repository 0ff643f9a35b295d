import type { CodeTable } from '../../model/findings/code.ts'

/** Of AWS load balancers: Ingresses (ALB) and Services (NLB). */
export const codes = {
  'AFF-AWS-UNKNOWN-ATTRIBUTE': {
    level: 'error',
    title: 'A target group attribute about stickiness is misspelt',
  },
  'AFF-AWS-BAD-VALUE': { level: 'error', title: 'A stickiness attribute that AWS refuses' },
  'AFF-AWS-NOT-ENABLED': { level: 'warning', title: 'Stickiness is described and not switched on' },
  'AFF-AWS-NODES': { level: 'warning', title: 'The load balancer keeps clients on nodes, not on pods' },
  'AFF-AWS-GROUPS': { level: 'error', title: 'Weighted target groups lack a stickiness of their own' },
  'AFF-AWS-TLS': { level: 'error', title: 'An NLB does not stick for TLS listeners' },
} as const satisfies CodeTable
