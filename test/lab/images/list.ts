import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { systemProgram } from '../apt.ts'
import { cacheDir, projectDir } from '../paths.ts'
import { step } from '../progress.ts'
import { run } from '../process.ts'
import { kubernetesVersion, moduleVersion, programs } from '../programs.ts'
import { imageArchive, type ImageConfig, type ImageFile } from './oci.ts'

/** The names under which the nodes have the lab's images. Nothing else can be pulled there. */
export const images = {
  pause: 'docker.io/lab/pause:1',
  /** A shell and the usual small tools. */
  busybox: 'docker.io/lab/busybox:1',
  /** Node.js, and busybox for a shell. */
  node: 'docker.io/lab/node:1',
  coredns: `registry.k8s.io/coredns/coredns:v${moduleVersion('dns', 'github.com/coredns/coredns')}`,
  kubeProxy: `registry.k8s.io/kube-proxy:v${kubernetesVersion}`,
  /** The name in test/utils/image/manifest.go of this version of Kubernetes. */
  agnhost: 'registry.k8s.io/e2e-test-images/agnhost:2.63.0',
} as const

type ImageId = keyof typeof images

/** In the order in which a node needs them. */
const imageIds: readonly ImageId[] = ['pause', 'kubeProxy', 'coredns', 'busybox', 'node', 'agnhost']

/** A file that is copied from the machine when the image is made. */
interface Copy {
  path: string
  source: string
}

type File = ImageFile | Copy

interface Recipe {
  files: () => Promise<File[]>
  config: ImageConfig
}

const copy = (source: string, path = source): Copy => ({ path, source })
const text = (path: string, content: string): ImageFile => ({ path, data: Buffer.from(content), mode: 0o644 })

/** The shared libraries of these programs. */
async function libraries(...sources: string[]): Promise<File[]> {
  const paths = (await run('ldd', sources)).matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)
  return [...new Set([...paths].map(([, path]) => path ?? ''))].map((path) => copy(path))
}

/** A program of the system with its libraries, at the same place. */
const installed = async (name: string, path?: string): Promise<File[]> => {
  const source = realpathSync(systemProgram(name))
  return [copy(source, path), ...(await libraries(source))]
}

const busybox = (): File => copy(systemProgram('busybox'), '/bin/busybox')

/** busybox under the names of the commands it knows, all of them without a list. */
async function applets(...names: string[]): Promise<File[]> {
  const wanted = names.length > 0 ? names : (await run('busybox', ['--list'])).trim().split('\n')
  const links = wanted
    .filter((name) => name !== 'busybox')
    .map((name) => ({ path: `/bin/${name}`, link: 'busybox' }))
  return [busybox(), ...links]
}

const users: ImageFile[] = [
  text(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
  ),
  text('/etc/group', 'root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n'),
  text('/tmp/.keep', ''),
]

const recipes: Record<ImageId, Recipe> = {
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
  const iptables = realpathSync(systemProgram('iptables'))
  const aliases = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`])
  const plugins = xtablesPlugins((await libraries(iptables)).map((file) => file.path))
  return [
    ...users,
    copy(join(await programs('kubernetes'), 'kube-proxy'), '/usr/local/bin/kube-proxy'),
    ...(await installed('iptables', `/usr/sbin/${basename(iptables)}`)),
    ...aliases.map((name) => ({ path: `/usr/sbin/${name}`, link: basename(iptables) })),
    ...plugins.map((plugin) => copy(plugin)),
    ...(await libraries(...plugins)),
    ...(await installed('nft', '/usr/sbin/nft')),
    ...(await installed('conntrack', '/usr/sbin/conntrack')),
  ]
}

/** iptables loads its matches and targets from a folder that is compiled in: beside its library. */
function xtablesPlugins(librariesOfIptables: readonly string[]): string[] {
  const library = librariesOfIptables.find((path) => path.includes('libxtables')) ?? ''
  const folder = [join(library, '../xtables'), join('/usr', library, '../xtables')].find((path) =>
    existsSync(path),
  )
  if (folder === undefined) throw new Error('the folder of the iptables plugins was not found')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.so'))
    .map((name) => join('/usr', folder.replace(/^\/usr/, ''), name))
}

/** Changes when the way in which archives are written does; their content is in the key anyway. */
const format = 1

function cacheKey(name: string, files: readonly File[], config: ImageConfig): string {
  const hash = createHash('sha256').update(JSON.stringify([format, name, config]))
  for (const file of files) {
    hash.update(JSON.stringify(file))
    // The path of a program of ours stands for its content.
    if ('source' in file && !file.source.startsWith(cacheDir())) hash.update(readFileSync(file.source))
  }
  return hash.digest('hex').slice(0, 12)
}

async function archive(id: ImageId): Promise<string> {
  const { files, config } = recipes[id]
  const name = images[id]
  const listed = await files()
  const folder = join(cacheDir(), 'images')
  const target = join(folder, `${id}-${cacheKey(name, listed, config)}.tar`)
  if (existsSync(target)) return target
  mkdirSync(folder, { recursive: true })
  await step(`made image ${name}`, async () => {
    const content = listed.map((file) =>
      'source' in file ? { path: file.path, data: readFileSync(file.source) } : file,
    )
    writeFileSync(`${target}.part`, imageArchive(name, content, config))
    renameSync(`${target}.part`, target)
  })
  return target
}

/** The archives of all images, from the cache where it has them. */
export async function imageArchives(): Promise<string[]> {
  const archives = []
  for (const id of imageIds) archives.push(await archive(id))
  return archives
}
