import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { clusterDomain, loadBalancerAddress } from '../../nodes/addresses.ts'
import type { Image } from '../../images/archive.ts'
import { copy, users } from '../../images/files.ts'
import { kubectl } from '../../kubernetes/kubectl.ts'
import { gatewayDir } from '../../paths.ts'
import { builtPrograms, moduleFile, moduleVersion, type Group } from '../../programs.ts'
import { envoyImage } from '../envoy/index.ts'
import type { Gateway, Settings } from '../support/gateway.ts'
import { sharedGateway } from '../support/manifests.ts'
import { administrator, balanced, namespaceObject, objectsOf } from '../support/objects.ts'
import { proofs } from './proofs.ts'

const module = 'github.com/envoyproxy/gateway'
const definitions = 'charts/gateway-helm/charts/crds/crds/generated'
const version = `v${moduleVersion(gatewayDir('envoy-gateway'), module)}`
const programs: Group = {
  module: gatewayDir('envoy-gateway'),
  packages: [`${module}/cmd/envoy-gateway`],
  ldflags: [`-X ${module}/internal/cmd/version.envoyGatewayVersion=${version}`],
  files: { [module]: [definitions] },
  minutes: 4,
}
const namespace = 'envoy-gateway-system'
const name = 'envoy-gateway'
/** As Envoy Gateway's chart labels it. */
const labels = { 'control-plane': name, 'app.kubernetes.io/name': 'gateway-helm' }
const number = 104
const controllerName = 'gateway.envoyproxy.io/gatewayclass-controller'

const image: Image = {
  name: `docker.io/envoyproxy/gateway:${version}`,
  files: async () => [
    ...users,
    copy(
      join(await builtPrograms('envoy-gateway', programs), 'envoy-gateway'),
      '/usr/local/bin/envoy-gateway',
    ),
  ],
  config: { Env: ['PATH=/usr/local/bin'], Entrypoint: ['/usr/local/bin/envoy-gateway'] },
}

const env = [
  { name: 'ENVOY_GATEWAY_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
  { name: 'KUBERNETES_CLUSTER_DOMAIN', value: clusterDomain },
]

const configuration = {
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyGateway',
  gateway: { controllerName },
  provider: { type: 'Kubernetes', kubernetes: { shutdownManager: { image: image.name } } },
}

/** The keys with which its parts trust each other. */
const certificates = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: `${name}-certgen`, namespace },
  spec: {
    template: {
      spec: {
        serviceAccountName: name,
        restartPolicy: 'Never',
        containers: [
          {
            name: 'certgen',
            image: image.name,
            command: ['envoy-gateway', 'certgen', '--disable-topology-injector'],
            env,
          },
        ],
      },
    },
  },
}

const mounts = [
  { name: 'config', mountPath: '/config', readOnly: true },
  { name: 'certs', mountPath: '/certs', readOnly: true },
  { name: 'wasm', mountPath: '/var/lib/eg/wasm' },
]

const controller = ({ replicas }: Settings): object[] => [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'envoy-gateway-config', namespace },
    data: { 'envoy-gateway.yaml': JSON.stringify(configuration) },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: {
      selector: labels,
      ports: [
        { name: 'grpc', port: 18_000 },
        { name: 'ratelimit', port: 18_001 },
        { name: 'wasm', port: 18_002 },
        { name: 'metrics', port: 19_001 },
      ],
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name,
              image: image.name,
              args: ['server', '--config-path=/config/envoy-gateway.yaml'],
              env,
              readinessProbe: { httpGet: { path: '/readyz', port: 8081 }, periodSeconds: 1 },
              resources: { requests: { cpu: '10m', memory: '128Mi' } },
              volumeMounts: mounts,
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: 'envoy-gateway-config' } },
            { name: 'certs', secret: { secretName: 'envoy-gateway' } },
            { name: 'wasm', emptyDir: {} },
          ],
        },
      },
    },
  },
]

/** Both containers of an Envoy are looked at when they start, mostly in vain, and again after ten seconds unless told otherwise. */
const soonReady = {
  type: 'StrategicMerge',
  value: {
    spec: {
      template: {
        spec: {
          containers: ['envoy', 'shutdown-manager'].map((container) => ({
            name: container,
            startupProbe: { periodSeconds: 1, failureThreshold: 120 },
            readinessProbe: { periodSeconds: 1 },
          })),
        },
      },
    },
  },
}

/** How its Envoys are made; with a number, the Service has that address. */
const proxy = (proxyName: string, { replicas }: Settings, service: object): object => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyProxy',
  metadata: { name: proxyName, namespace },
  spec: {
    // Nobody's connections are worth waiting for.
    shutdown: { drainTimeout: '1s', minDrainDuration: '0s' },
    provider: {
      type: 'Kubernetes',
      kubernetes: {
        envoyDeployment: {
          replicas,
          patch: soonReady,
          container: { image: envoyImage.name, resources: { requests: { cpu: '10m', memory: '64Mi' } } },
        },
        // The lab's load balancers lead to the first node, wherever the pods are.
        envoyService: { externalTrafficPolicy: 'Cluster', ...service },
      },
    },
  },
})

const classes = (settings: Settings): object[] => [
  proxy('lab', settings, {}),
  proxy('shared', settings, balanced(number)),
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'eg' },
    spec: {
      controllerName,
      parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'lab', namespace },
    },
  },
  sharedGateway('eg', namespace, 'eg', {
    infrastructure: {
      parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'shared' },
    },
  }),
]

async function definitionObjects(): Promise<object[]> {
  const folder = moduleFile(await builtPrograms('envoy-gateway', programs), module, definitions)
  return readdirSync(folder).flatMap((file) => objectsOf(join(folder, file)))
}

/** Envoy Gateway: GatewayClass `eg`, and a Gateway `eg` that routes of all namespaces may use. */
export const envoyGateway: Gateway = {
  namespace,
  address: loadBalancerAddress(number)[0],
  version,
  readsGatewayApi: true,
  images: () => [image, envoyImage],
  steps: async (settings) => [
    [
      ...(await definitionObjects()),
      namespaceObject(namespace),
      ...administrator(name, namespace),
      certificates,
    ],
    controller(settings),
    classes(settings),
  ],
  afterFirstStep: () =>
    kubectl(['wait', '-n', namespace, '--for=condition=Complete', `job/${name}-certgen`, '--timeout=60s']),
  deployments: [name],
  ready: () =>
    kubectl(['wait', '-n', namespace, '--for=condition=Programmed', 'gateway/eg', '--timeout=120s']),
  beforeRemoval: async () => {
    await kubectl(['delete', 'gateway', '-A', '--all', '--timeout=60s'])
    await kubectl(['delete', 'gatewayclass', 'eg', '--ignore-not-found', '--timeout=60s'])
  },
  proofs,
}
