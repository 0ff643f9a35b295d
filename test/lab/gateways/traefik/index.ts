import { loadBalancerAddress } from '../../nodes/addresses.ts'
import type { Image } from '../../images/archive.ts'
import { copy, users } from '../../images/files.ts'
import { gatewayDir } from '../../paths.ts'
import { join } from 'node:path'
import { builtPrograms, moduleFile, moduleVersion, type Group } from '../../programs.ts'
import type { Gateway, Settings } from '../support/gateway.ts'
import { administrator, balanced, namespaceObject, objectsOf } from '../support/objects.ts'
import { proofs } from './proofs.ts'

const module = 'github.com/traefik/traefik/v3'
const definitions = 'docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml'
const programs: Group = {
  module: gatewayDir('traefik'),
  packages: [`${module}/cmd/traefik`],
  ldflags: [`-X ${module}/pkg/version.Version=${moduleVersion(gatewayDir('traefik'), module)}`],
  files: { [module]: [definitions] },
  minutes: 5,
}
const version = `v${moduleVersion(gatewayDir('traefik'), module)}`
const namespace = 'traefik'
const labels = { 'app.kubernetes.io/name': 'traefik', 'app.kubernetes.io/instance': 'traefik-traefik' }
const number = 103

const image: Image = {
  name: `docker.io/library/traefik:${version}`,
  files: async () => [
    ...users,
    copy(join(await builtPrograms('traefik', programs), 'traefik'), '/usr/local/bin/traefik'),
  ],
  config: { Env: ['PATH=/usr/local/bin'], Entrypoint: ['/usr/local/bin/traefik'] },
}

const args = [
  '--entryPoints.traefik.address=:8080/tcp',
  '--entryPoints.web.address=:8000/tcp',
  '--entryPoints.websecure.address=:8443/tcp',
  '--entryPoints.websecure.http.tls=true',
  '--ping=true',
  '--providers.kubernetescrd',
  '--providers.kubernetescrd.allowCrossNamespace=true',
  '--providers.kubernetesingress',
  '--providers.kubernetesingress.ingressendpoint.publishedservice=traefik/traefik',
  // Its own class, as the real controller may be there as well.
  '--providers.kubernetesingressnginx',
  '--providers.kubernetesingressnginx.controllerclass=traefik.io/ingress-nginx',
  '--providers.kubernetesingressnginx.ingressclass=nginx-traefik',
  '--providers.kubernetesgateway=false',
  '--log.level=INFO',
  '--global.checknewversion=false',
  '--global.sendanonymoususage=false',
]

const ingressClass = (name: string, controller: string): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller },
})

/** With the names of its Helm chart. */
const objects = ({ replicas }: Settings): object[] => [
  namespaceObject(namespace),
  ...administrator('traefik', namespace),
  ingressClass('traefik', 'traefik.io/ingress-controller'),
  ingressClass('nginx-traefik', 'traefik.io/ingress-nginx'),
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'traefik', namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'traefik',
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'traefik',
              image: image.name,
              args,
              ports: [
                { name: 'web', containerPort: 8000 },
                { name: 'websecure', containerPort: 8443 },
                { name: 'traefik', containerPort: 8080 },
              ],
              readinessProbe: { httpGet: { path: '/ping', port: 8080 }, periodSeconds: 1 },
              resources: { requests: { cpu: '10m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'traefik', namespace, labels },
    spec: {
      ...balanced(number),
      selector: labels,
      ports: [
        { name: 'web', port: 80, targetPort: 'web' },
        { name: 'websecure', port: 443, targetPort: 'websecure' },
      ],
    },
  },
]

/** Traefik: its own kinds, Ingresses of class `traefik`, and ingress-nginx's annotations on class `nginx-traefik`. */
export const traefik: Gateway = {
  namespace,
  address: loadBalancerAddress(number)[0],
  version,
  images: () => [image],
  steps: async (settings) => [
    objectsOf(moduleFile(await builtPrograms('traefik', programs), module, definitions)),
    objects(settings),
  ],
  deployments: ['traefik'],
  proofs,
}
