import type { Changing } from './changing.ts'
import { contourChange } from './contour/write.ts'
import { envoyGatewayChange } from './envoy-gateway/write.ts'
import { ingressNginxChange } from './ingress-nginx/write.ts'
import { istioChange } from './istio/write.ts'
import { traefikChange } from './traefik/write.ts'

/** All that can turn affinity on in front of a Service, the likelier first. */
export const changes: readonly Changing[] = [
  ingressNginxChange,
  traefikChange,
  istioChange,
  envoyGatewayChange,
  contourChange,
]
