import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-NGINC-SYNTAX': { level: 'error', title: 'A setting for which the F5 controller refuses all' },
  'AFF-NGINC-SERVICE': {
    level: 'warning',
    title: 'sticky-cookie-services names a Service that is not there',
  },
  'AFF-NGINC-PLUS': { level: 'warning', title: 'An annotation with which open source NGINX refuses all' },
  'AFF-NGINC-VERSION': { level: 'info', title: 'A cookie that takes 5.4.0, or NGINX Plus' },
  'AFF-NGINC-NOT-ENABLED': { level: 'warning', title: 'A sessionCookie is described and not switched on' },
  'AFF-NGINC-SPLITS': { level: 'warning', title: 'A split draws the upstream for each request' },
} as const satisfies CodeTable
