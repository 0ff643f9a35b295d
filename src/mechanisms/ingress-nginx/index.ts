import type { Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers/index.ts'
import { nginxConfigMaps } from './running.ts'

/** kubernetes/ingress-nginx: its Ingresses are drawn as those of every controller (controller.ts). */
export const ingressNginx: Mechanism = {
  name: 'ingress-nginx',
  label: 'ingress-nginx',
  routes: [],
  reads: [nginxConfigMaps],
  analyzers,
}
