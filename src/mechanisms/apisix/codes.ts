import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-APISIX-HASH-ON': { level: 'warning', title: 'A hash of APISIX on what it does not know' },
  'AFF-APISIX-KEY': { level: 'warning', title: 'A key that APISIX refuses or misreads' },
  'AFF-APISIX-NO-COOKIE': { level: 'info', title: 'APISIX sets no cookie' },
  'AFF-APISIX-CLUSTER-IP': { level: 'warning', title: 'A route of APISIX that goes to the cluster IP' },
  'AFF-APISIX-SPLIT': { level: 'warning', title: 'APISIX draws the Service for each request' },
  'AFF-APISIX-SUBSET': { level: 'warning', title: 'A subset that APISIX does not read' },
} as const satisfies CodeTable
