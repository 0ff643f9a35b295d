import { albChange, nlbChange } from './aws/write.ts'
import { agicChange } from './azure/write.ts'
import type { Changing } from './changing.ts'
import { contourChange } from './contour/write.ts'
import { envoyGatewayChange } from './envoy-gateway/write.ts'
import { gkeChange } from './gke/write.ts'
import { haproxyChange, haproxyIngressChange } from './haproxy/write.ts'
import { ingressNginxChange } from './ingress-nginx/write.ts'
import { istioChange } from './istio/write.ts'
import { kongChange } from './kong/write.ts'
import { nginxIncChange, virtualServerChange } from './nginx-inc/write.ts'
import { traefikChange } from './traefik/write.ts'

/** All that can turn affinity on in front of a Service, the likelier first. */
export const changes: readonly Changing[] = [
  ingressNginxChange,
  traefikChange,
  istioChange,
  envoyGatewayChange,
  contourChange,
  haproxyChange,
  haproxyIngressChange,
  nlbChange,
  albChange,
  nginxIncChange,
  virtualServerChange,
  agicChange,
  kongChange,
  gkeChange,
]
