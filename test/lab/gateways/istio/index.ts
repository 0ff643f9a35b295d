import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { loadBalancerAddress } from '../../nodes/addresses.ts'
import type { Image } from '../../images/archive.ts'
import { applets, copy, iptables, text, users } from '../../images/files.ts'
import { kubectl } from '../../kubernetes/kubectl.ts'
import { gatewayDir, kubeconfigPath, statePath } from '../../paths.ts'
import { run } from '../../machine/process.ts'
import { builtPrograms, moduleFile, type Group } from '../../programs.ts'
import { envoyFiles } from '../envoy/index.ts'
import type { Gateway, Settings } from '../support/gateway.ts'
import { balanced, namespaceObject } from '../support/objects.ts'
import { proofs } from './proofs.ts'

const module = 'istio.io/istio'
const bootstrap = 'tools/packaging/common/envoy_bootstrap.json'
// Of its main branch: the VERSION file there says so.
const version = '1.31-lab'
const programs: Group = {
  module: gatewayDir('istio'),
  packages: ['pilot/cmd/pilot-discovery', 'pilot/cmd/pilot-agent', 'istioctl/cmd/istioctl'].map(
    (path) => `${module}/${path}`,
  ),
  ldflags: [`-X ${module}/pkg/version.buildVersion=${version}`, `-X ${module}/pkg/version.buildStatus=Clean`],
  files: { [module]: [bootstrap] },
  minutes: 7,
}
const namespace = 'istio-system'
const number = 101

const pilot: Image = {
  name: `docker.io/istio/pilot:${version}`,
  files: async () => [
    ...users,
    copy(join(await builtPrograms('istio', programs), 'pilot-discovery'), '/usr/local/bin/pilot-discovery'),
  ],
  config: { User: '1337:1337', Entrypoint: ['/usr/local/bin/pilot-discovery'] },
}

const proxy: Image = {
  name: `docker.io/istio/proxyv2:${version}`,
  files: async () => {
    const built = await builtPrograms('istio', programs)
    const template = '/var/lib/istio/envoy/envoy_bootstrap_tmpl.json'
    return [
      text('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nistio-proxy:x:1337:1337::/tmp:/bin/sh\n'),
      ...users,
      copy(join(built, 'pilot-agent'), '/usr/local/bin/pilot-agent'),
      copy(moduleFile(built, module, bootstrap), template),
      ...(await envoyFiles()),
      // For the container that leads a pod's connections to its sidecar.
      ...(await iptables()),
      ...(await applets('sh', 'cat', 'ls', 'ps', 'wget')),
    ]
  },
  config: {
    Env: ['PATH=/usr/local/bin:/usr/sbin:/bin'],
    Entrypoint: ['/usr/local/bin/pilot-agent'],
  },
}

const small = (replicas: number): object => ({
  replicaCount: replicas,
  resources: { requests: { cpu: '10m', memory: '64Mi' } },
})

/** What istioctl installs: its default profile, small, and without the extensions that only Istio's own Envoy has. */
const operator = ({ replicas }: Settings): object => ({
  apiVersion: 'install.istio.io/v1alpha1',
  kind: 'IstioOperator',
  spec: {
    profile: 'default',
    hub: 'docker.io/istio',
    tag: version,
    meshConfig: { enablePrometheusMerge: false, accessLogFile: '/dev/stdout', ingressClass: 'istio' },
    components: {
      pilot: { k8s: small(1) },
      ingressGateways: [
        {
          name: 'istio-ingressgateway',
          enabled: true,
          k8s: {
            ...small(replicas),
            service: {
              ...balanced(number),
              ports: [
                { name: 'http2', port: 80, targetPort: 8080 },
                { name: 'https', port: 443, targetPort: 8443 },
              ],
            },
          },
        },
      ],
    },
    values: {
      global: { proxy: { resources: { requests: { cpu: '10m', memory: '64Mi' } } } },
      telemetry: { enabled: false },
      gateways: { 'istio-ingressgateway': { autoscaleEnabled: false } },
      pilot: {
        autoscaleEnabled: false,
        env: { PILOT_ENABLE_METADATA_EXCHANGE: 'false', PILOT_ENABLE_ALPN_FILTER: 'false' },
      },
    },
  },
})

const objects = (): object[] => [
  namespaceObject(namespace),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'istio' },
    spec: { controller: 'istio.io/ingress-controller' },
  },
]

async function istioctl(...args: string[]): Promise<void> {
  const program = join(await builtPrograms('istio', programs), 'istioctl')
  await run(program, [...args, '--skip-confirmation', '--kubeconfig', kubeconfigPath()], {
    env: { ...process.env, HOME: statePath('kubectl-cache') },
  })
}

/** Istio, installed as its users do: istiod, the gateway `istio-ingressgateway`, and the classes `istio`. */
export const istio: Gateway = {
  namespace,
  address: loadBalancerAddress(number)[0],
  version,
  readsGatewayApi: true,
  images: () => [pilot, proxy],
  steps: () => Promise.resolve([objects()]),
  installer: {
    input: operator,
    install: async (input) => {
      const file = statePath('istio-operator.yaml')
      writeFileSync(file, stringify(input))
      await istioctl('install', '--filename', file)
    },
    uninstall: async () => {
      await istioctl('uninstall', '--purge')
      const kinds = (await kubectl(['get', 'crd', '-o', 'name'])).split('\n')
      const own = kinds.filter((kind) => kind.endsWith('.istio.io'))
      if (own.length > 0) await kubectl(['delete', '--ignore-not-found', ...own, '--timeout=60s'])
    },
  },
  deployments: ['istiod', 'istio-ingressgateway'],
  proofs,
}
