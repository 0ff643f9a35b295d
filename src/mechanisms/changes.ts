import { apisixChange, apisixIngressChange, apisixRouteChange } from './apisix/write.ts'
import { albChange, nlbChange } from './aws/write.ts'
import { agicChange } from './azure/write.ts'
import { agcChange } from './azure/write-route.ts'
import type { Changing } from './changing.ts'
import { contourChange } from './contour/write.ts'
import { emissaryChange } from './emissary/write.ts'
import { envoyGatewayChange } from './envoy-gateway/write.ts'
import { gkeChange } from './gke/write.ts'
import { gkeGatewayChange } from './gke/write-route.ts'
import { haproxyChange, haproxyIngressChange } from './haproxy/write.ts'
import { ingressNginxChange } from './ingress-nginx/write.ts'
import { istioChange } from './istio/write.ts'
import { kgatewayChange } from './kgateway/write.ts'
import { kongChange } from './kong/write.ts'
import { nginxIncChange, virtualServerChange } from './nginx-inc/write.ts'
import { routeGroupChange, skipperChange } from './skipper/write.ts'
import { traefikChange } from './traefik/write/index.ts'

/** All that can turn affinity on in front of a Service, the likelier first; Envoy Gateway has a word on the routes of nobody else. */
export const changes: readonly Changing[] = [
  ingressNginxChange,
  traefikChange,
  istioChange,
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
  emissaryChange,
  skipperChange,
  routeGroupChange,
  gkeGatewayChange,
  agcChange,
  kgatewayChange,
  apisixChange,
  apisixIngressChange,
  apisixRouteChange,
  envoyGatewayChange,
]
