import { service, snapshot } from '../../analysis/build.ts'
import type { GridRows } from '../../analysis/rows.ts'
import { ingressOf, scene } from '../objects.ts'

const alb = (
  attributes: string,
  more: Record<string, string> = { 'target-type': 'ip' },
  backend?: unknown,
) => {
  const all = { 'target-group-attributes': attributes, ...more }
  const annotations = Object.entries(all).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value])
  return scene({}, ingressOf('alb', Object.fromEntries(annotations), backend))
}

const nlb = (attributes: string, more: Record<string, string> = {}) => {
  const all = { type: 'external', 'target-group-attributes': attributes, ...more }
  const annotations = Object.entries(all).map(([key, value]) => [
    `service.beta.kubernetes.io/aws-load-balancer-${key}`,
    value,
  ])
  return snapshot({
    service: service(
      { type: 'LoadBalancer', sessionAffinity: 'None' },
      { annotations: Object.fromEntries(annotations) },
    ),
  })
}

const action = (stickiness: object) => {
  const targetGroups = ['web', 'web-next'].map((serviceName) => ({
    serviceName,
    servicePort: 80,
    weight: 50,
  }))
  const value = JSON.stringify({ type: 'forward', forwardConfig: { targetGroups, ...stickiness } })
  return alb('stickiness.enabled=true', { 'target-type': 'ip', 'actions.split': value }, splitBackend)
}
const splitBackend = { service: { name: 'split', port: { name: 'use-annotation' } } }
const isSticky = { targetGroupStickinessConfig: { enabled: true, durationSeconds: 60 } }

export const awsGrid: GridRows = {
  'AFF-AWS-UNKNOWN-ATTRIBUTE': {
    fires: () => alb('stickyness.enabled=true'),
    silent: () => alb('stickiness.enabled=true,slow_start.duration_seconds=30'),
  },
  'AFF-AWS-BAD-VALUE': {
    fires: () => nlb('stickiness.enabled=true,stickiness.type=lb_cookie'),
    silent: () => nlb('stickiness.enabled=true,stickiness.type=source_ip'),
  },
  'AFF-AWS-NOT-ENABLED': {
    fires: () => alb('stickiness.type=lb_cookie'),
    silent: () => alb('stickiness.enabled=false,stickiness.type=lb_cookie'),
  },
  'AFF-AWS-NODES': {
    fires: () => alb('stickiness.enabled=true', {}),
    silent: () => alb('stickiness.enabled=true'),
  },
  'AFF-AWS-GROUPS': { fires: () => action({}), silent: () => action(isSticky) },
  'AFF-AWS-TLS': {
    fires: () => nlb('stickiness.enabled=true', { 'ssl-cert': 'arn:aws:acm:eu-west-1:1:certificate/a' }),
    silent: () => nlb('stickiness.enabled=true'),
  },
}
