import type { Policy } from '../../model/affinity/policy.ts'
import {
  annotationsOf,
  type IngressBackend,
  goBoolean,
  type IngressController,
  type Served,
} from '../kit/controller.ts'

export const affinityKey = 'appgw.ingress.kubernetes.io/cookie-based-affinity'
export const distinctNameKey = 'appgw.ingress.kubernetes.io/cookie-based-affinity-distinct-name'

function policyOf(annotations: Readonly<Record<string, string>>): Policy {
  if (goBoolean(annotations[affinityKey]) !== true) return { kind: 'none' }
  // With a distinct name, that of the backend is added to it.
  const isDistinct = goBoolean(annotations[distinctNameKey]) === true
  const name = isDistinct ? {} : { name: 'ApplicationGatewayAffinity' }
  return { kind: 'cookie', ...name, path: '/', madeBy: 'proxy', points: 'at-a-pod' }
}

function serve({ ingress }: IngressBackend): Served {
  return { policy: policyOf(annotationsOf(ingress)), arrival: 'pods' }
}

/** Application Gateway Ingress Controller. */
export const agic: IngressController = {
  name: 'Azure Application Gateway',
  controllers: ['azure/application-gateway'],
  classes: ['azure/application-gateway'],
  serve,
  keys: { ingress: [affinityKey, distinctNameKey], service: [] },
  switch: { by: [affinityKey], parts: [distinctNameKey], cookie: () => 'ApplicationGatewayAffinity' },
  instead: `${affinityKey}: "true"`,
}
