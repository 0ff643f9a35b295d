import { gatewayDir } from '../../paths.ts'
import type { Group } from '../../programs.ts'

/** The module of the controller. */
export const ingressNginxModule = 'k8s.io/ingress-nginx'

/** The manifest that its users apply on a cloud. */
export const cloudManifest = 'deploy/static/provider/cloud/deploy.yaml'

/** The controller, with its nginx configuration and its manifest. */
export const programs: Group = {
  module: gatewayDir('ingress-nginx'),
  packages: [`${ingressNginxModule}/cmd/nginx`],
  files: { [ingressNginxModule]: ['rootfs/etc/nginx', cloudManifest] },
  minutes: 2,
}
