import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bridge, podNetworks } from '../nodes/addresses.ts'
import { unpackedPackages } from '../machine/debian.ts'
import { objectsOf } from '../gateways/support/objects.ts'
import type { Image } from '../images/archive.ts'
import {
  applets,
  copyFolder,
  installed,
  iptables,
  libraryFolder,
  unpackedLibraries,
  users,
  type File,
} from '../images/files.ts'
import { moduleDir } from '../paths.ts'
import { ciliumDefinitions, ciliumModule, moduleFile, moduleVersion, programs } from '../programs.ts'
import type { ServiceProxy } from '../kubernetes/state.ts'

const namespace = 'kube-system'
const name = 'cilium'
const labels = { 'k8s-app': 'cilium' }

/** The agent compiles its programs for the kernel when it starts. */
const compiler = [
  'clang-19',
  'libclang-cpp19',
  'libllvm19',
  'libedit2',
  'libz3-4',
  'libxml2',
  'libbsd0',
  'libicu72',
]

const unpackedCompiler = (): Promise<string> => unpackedPackages('clang', compiler)

/**
 * The agent and the compiler are half a gigabyte, which each node would have to unpack: they are mounted from the
 * cache instead, which all nodes see.
 */
const mounted = { agent: '/lab/cilium', compiler: '/lab/clang' }

const compilerPath = (folder: string): string => join(folder, 'usr/lib/llvm-19/bin')

async function files(): Promise<File[]> {
  const debian = await unpackedCompiler()
  const needed = await unpackedLibraries(debian, join(compilerPath(debian), 'clang'))
  return [
    ...users,
    ...copyFolder(moduleFile(await programs('cilium'), ciliumModule, 'bpf'), '/var/lib/cilium/bpf').filter(
      ({ path }) => !/\/bpf\/(complexity-tests|tests)\//.test(path),
    ),
    ...needed.filter((file) => 'source' in file && !file.source.startsWith(debian)),
    ...(await iptables()),
    ...(await installed('ip', '/usr/sbin/ip')),
    ...(await installed('tc', '/usr/sbin/tc')),
    ...(await applets('sh', 'cat', 'ls', 'ps', 'mount', 'mkdir', 'rm')),
  ]
}

/** Cilium's image: what the agent compiles, and the small programs that it runs. */
export const ciliumImage: Image = {
  name: `quay.io/cilium/cilium:v${moduleVersion(moduleDir('cilium'), ciliumModule)}`,
  files,
  config: {
    Env: [
      `PATH=${mounted.agent}:${compilerPath(mounted.compiler)}:/usr/bin:/usr/sbin:/bin`,
      `LD_LIBRARY_PATH=${join(mounted.compiler, 'usr/lib', libraryFolder)}`,
    ],
    Entrypoint: ['cilium-agent'],
  },
}

/** The definitions of Cilium's kinds, which its operator would install. */
export async function ciliumKinds(): Promise<object[]> {
  const folder = moduleFile(await programs('cilium'), ciliumModule, ciliumDefinitions)
  return ['v2', 'v2alpha1'].flatMap((version) =>
    readdirSync(join(folder, version))
      .filter((file) => file.endsWith('.yaml'))
      .flatMap((file) => objectsOf(join(folder, version, file))),
  )
}

const replaces = (proxy: ServiceProxy): boolean => proxy !== 'cilium-beside'

/** Small tables, IPv4 only, native routing: the nodes have routes to each other's pods. */
const settings = (proxy: ServiceProxy): Record<string, string> => ({
  'agent-health-port': '9879',
  // By default a node gets a pod every two seconds, fewer when it is busy.
  'api-rate-limit':
    '{"endpoint-create":"rate-limit:50/s,rate-burst:50,parallel-requests:8,auto-adjust:false"}',
  'auto-direct-node-routes': 'true',
  'bpf-ct-global-any-max': '16384',
  'bpf-ct-global-tcp-max': '32768',
  'bpf-lb-algorithm': proxy === 'cilium-maglev' ? 'maglev' : 'random',
  'bpf-lb-external-clusterip': 'true',
  // Small, as each Service has a table.
  'bpf-lb-maglev-table-size': '1021',
  'bpf-lb-map-max': '65536',
  'bpf-lb-mode': proxy === 'cilium-dsr' ? 'dsr' : 'snat',
  'bpf-lb-sock': String(replaces(proxy)),
  'bpf-lb-sock-hostns-only': String(proxy === 'cilium-hostns'),
  'bpf-nat-global-max': '32768',
  'bpf-neigh-global-max': '32768',
  'bpf-policy-map-max': '1024',
  'bpf-root': '/sys/fs/bpf',
  'cgroup-root': '/run/cilium/cgroupv2',
  'cluster-id': '0',
  'cluster-name': 'default',
  'cni-exclusive': 'false',
  'datapath-mode': 'veth',
  devices: 'eth0',
  'disable-envoy-version-check': 'true',
  'enable-bpf-masquerade': 'false',
  'enable-endpoint-health-checking': 'false',
  'enable-envoy-config': 'false',
  'enable-health-checking': 'false',
  'enable-hubble': 'false',
  'enable-ipv4': 'true',
  'enable-ipv4-masquerade': 'false',
  'enable-ipv6': 'false',
  'enable-l7-proxy': 'false',
  'enable-policy': 'never',
  'enable-tcx': 'true',
  'enable-xt-socket-fallback': 'true',
  'identity-allocation-mode': 'crd',
  'install-iptables-rules': 'true',
  ipam: 'kubernetes',
  'ipv4-native-routing-cidr': podNetworks[0],
  'k8s-require-ipv4-pod-cidr': 'true',
  'kube-proxy-replacement': String(replaces(proxy)),
  'lib-dir': '/var/lib/cilium',
  'node-port-bind-protection': 'true',
  'routing-mode': 'native',
  'state-dir': '/var/run/cilium',
})

const health = {
  httpGet: {
    host: '127.0.0.1',
    path: '/healthz',
    port: 9879,
    httpHeaders: [{ name: 'brief', value: 'true' }],
  },
  periodSeconds: 1,
}

/** A folder of the node, and how the agent has it. */
interface Folder {
  name: string
  path: string
  type: 'Directory' | 'DirectoryOrCreate'
  mount: { mountPath: string; mountPropagation?: string; readOnly?: true }
}

/** Folders of the node that the agent works in; what it mounts there must reach the node. */
const hostFolders: readonly Folder[] = [
  { name: 'bpf-maps', path: '/sys/fs/bpf', mountPropagation: 'Bidirectional' },
  { name: 'cgroup', path: '/run/cilium/cgroupv2', mountPropagation: 'HostToContainer' },
  { name: 'cilium-run', path: '/var/run/cilium' },
  { name: 'netns', path: '/var/run/netns', mountPropagation: 'HostToContainer' },
].map(({ name: folder, path, ...mount }) => ({
  name: folder,
  path,
  type: 'DirectoryOrCreate',
  mount: { mountPath: path, ...mount },
}))

/** The folders of the cache that the agent and its compiler are run from. */
const programFolders = async (): Promise<Folder[]> =>
  [
    { name: 'agent', path: await programs('cilium'), mountPath: mounted.agent },
    { name: 'compiler', path: await unpackedCompiler(), mountPath: mounted.compiler },
  ].map(({ name: folder, path, mountPath }) => ({
    name: folder,
    path,
    type: 'Directory',
    mount: { mountPath, readOnly: true },
  }))

/** Cilium with the names of its Helm chart. */
export async function ciliumAddon(proxy: ServiceProxy): Promise<object[]> {
  const folders = [...hostFolders, ...(await programFolders())]
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cilium-config', namespace },
      data: settings(proxy),
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels: {
              ...labels,
              'app.kubernetes.io/name': 'cilium-agent',
              'app.kubernetes.io/part-of': 'cilium',
            },
          },
          spec: {
            hostNetwork: true,
            serviceAccountName: name,
            priorityClassName: 'system-node-critical',
            terminationGracePeriodSeconds: 1,
            tolerations: [{ operator: 'Exists' }],
            containers: [
              {
                name: 'cilium-agent',
                image: ciliumImage.name,
                command: ['cilium-agent', '--config-dir=/tmp/cilium/config-map'],
                startupProbe: { ...health, failureThreshold: 300 },
                readinessProbe: health,
                env: [
                  { name: 'K8S_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                  {
                    name: 'CILIUM_K8S_NAMESPACE',
                    valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
                  },
                  // Before it runs, nobody serves the API's Service.
                  { name: 'KUBERNETES_SERVICE_HOST', value: bridge.address },
                  { name: 'KUBERNETES_SERVICE_PORT', value: '6443' },
                  // Must be writable.
                  { name: 'HOME', value: '/tmp' },
                ],
                securityContext: { privileged: true },
                volumeMounts: [
                  ...folders.map(({ name, mount }) => ({ name, ...mount })),
                  { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
                  { name: 'config', mountPath: '/tmp/cilium/config-map', readOnly: true },
                ],
              },
            ],
            volumes: [
              ...folders.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
              { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
              { name: 'config', configMap: { name: 'cilium-config' } },
            ],
          },
        },
      },
    },
  ]
}
