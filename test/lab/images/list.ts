import { join } from 'node:path'
import { moduleDir, projectDir } from '../paths.ts'
import { kubernetesVersion, moduleVersion, programs } from '../programs.ts'
import { imageFile, type Image } from './archive.ts'
import { applets, busybox, copy, installed, iptables, libraries, users, type File } from './files.ts'

/** The names under which the nodes have the lab's images. Nothing else can be pulled there. */
export const images = {
  pause: 'docker.io/lab/pause:1',
  /** A shell and the usual small tools. */
  busybox: 'docker.io/lab/busybox:1',
  /** Node.js, and busybox for a shell. */
  node: 'docker.io/lab/node:1',
  coredns: `registry.k8s.io/coredns/coredns:v${moduleVersion(moduleDir('dns'), 'github.com/coredns/coredns')}`,
  kubeProxy: `registry.k8s.io/kube-proxy:v${kubernetesVersion}`,
  /** The name in test/utils/image/manifest.go of this version of Kubernetes. */
  agnhost: 'registry.k8s.io/e2e-test-images/agnhost:2.63.0',
} as const

type ImageId = keyof typeof images

/** In the order in which a node needs them. */
const imageIds: readonly ImageId[] = ['pause', 'kubeProxy', 'coredns', 'busybox', 'node', 'agnhost']

const recipes: Record<ImageId, Omit<Image, 'name'>> = {
  pause: {
    files: async () => [busybox()],
    config: { Entrypoint: ['/bin/busybox', 'sleep', 'infinity'] },
  },
  busybox: {
    files: async () => [...users, ...(await applets())],
    config: { Env: ['PATH=/bin'], Cmd: ['sh'] },
  },
  node: {
    files: async () => {
      const node = join(projectDir, 'node_modules/node/bin/node')
      return [...users, ...(await applets()), copy(node, '/usr/local/bin/node'), ...(await libraries(node))]
    },
    config: { Env: ['PATH=/usr/local/bin:/bin'], Cmd: ['node'] },
  },
  coredns: {
    files: async () => [...users, copy(join(await programs('dns'), 'coredns'), '/coredns')],
    config: { Entrypoint: ['/coredns'] },
  },
  kubeProxy: { files: kubeProxyFiles, config: { Env: ['PATH=/usr/local/bin:/usr/sbin:/bin'] } },
  agnhost: {
    // The shell is dash because busybox's would run its own nc, whatever PATH says, and Kubernetes' tests
    // use options of OpenBSD's.
    files: async () => [
      ...users,
      copy(join(await programs('kubernetes'), 'agnhost'), '/agnhost'),
      ...(await installed('dash', '/bin/sh')),
      ...(await installed('curl', '/usr/bin/curl')),
      ...(await installed('nc.openbsd', '/usr/bin/nc')),
      ...(await applets('wget', 'sleep', 'cat', 'seq', 'timeout', 'nslookup')),
    ],
    config: { Env: ['PATH=/usr/bin:/bin'], Entrypoint: ['/agnhost'], Cmd: ['pause'] },
  },
}

/** kube-proxy's image has what the real one has: the proxy, the programs that it runs, and no shell. */
async function kubeProxyFiles(): Promise<File[]> {
  return [
    ...users,
    copy(join(await programs('kubernetes'), 'kube-proxy'), '/usr/local/bin/kube-proxy'),
    ...(await iptables()),
    ...(await installed('nft', '/usr/sbin/nft')),
    ...(await installed('conntrack', '/usr/sbin/conntrack')),
  ]
}

/** The archives of the images that a lab needs, from the cache where it has them. */
export async function imageArchives({ kubeProxy }: { kubeProxy: boolean }): Promise<string[]> {
  const archives = []
  for (const id of imageIds)
    if (kubeProxy || id !== 'kubeProxy') archives.push(await imageFile({ name: images[id], ...recipes[id] }))
  return archives
}
