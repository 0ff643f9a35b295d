import { createHash } from 'node:crypto'
import { cpSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { cached } from './machine/cache.ts'
import { moduleDir } from './paths.ts'
import { run } from './machine/process.ts'
import { progress, step } from './machine/progress.ts'

/** The version of a module that the go.mod of a folder asks for, without the v. */
export function moduleVersion(folder: string, module: string): string {
  const content = readFileSync(join(folder, 'go.mod'), 'utf8')
  const version = content
    .split('\n')
    .map((line) =>
      line
        .replace(/^require/, '')
        .trim()
        .split(/\s+v?/),
    )
    .find(([name]) => name === module)?.[1]
  if (version === undefined) throw new Error(`${folder}/go.mod does not require ${module}`)
  return version
}

/** The version of Kubernetes. Its programs do not know it unless it is built into them. */
export const kubernetesVersion = moduleVersion(moduleDir('kubernetes'), 'k8s.io/kubernetes')

/** Programs that are built together, from one go.mod. */
export interface Group {
  /** The folder of the go.mod and go.sum. */
  module: string
  packages: readonly string[]
  ldflags?: readonly string[]
  tags?: readonly string[]
  /** Files and folders of modules that go with the programs: into `files/MODULE/PATH` beside them. */
  files?: Readonly<Record<string, readonly string[]>>
  /** The package is a test suite, built into this program. */
  test?: string
  /** Programs whose package has another name than they should have. */
  rename?: Readonly<Record<string, string>>
  /** For the progress line; on 2 cores with nothing compiled yet. */
  minutes: number
}

const versionFlags = Object.entries({
  gitVersion: `v${kubernetesVersion}`,
  gitMajor: kubernetesVersion.split('.')[0],
  gitMinor: kubernetesVersion.split('.')[1],
  gitTreeState: 'clean',
}).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)

const containerd = 'github.com/containerd/containerd/v2'

/** The module of Cilium, and its folder of definitions of kinds. */
export const ciliumModule = 'github.com/cilium/cilium'
export const ciliumDefinitions = 'pkg/k8s/apis/cilium.io/client/crds'

const groups = {
  kubernetes: {
    module: moduleDir('kubernetes'),
    packages: [
      ...['apiserver', 'controller-manager', 'scheduler', 'proxy'].map(
        (name) => `k8s.io/kubernetes/cmd/kube-${name}`,
      ),
      'k8s.io/kubernetes/cmd/kubelet',
      'k8s.io/kubernetes/cmd/kubectl',
      'k8s.io/kubernetes/test/images/agnhost',
    ],
    ldflags: versionFlags,
    minutes: 9,
  },
  runtime: {
    module: moduleDir('runtime'),
    packages: [
      ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => `${containerd}/cmd/${name}`),
      ...['main/bridge', 'main/loopback', 'ipam/host-local', 'meta/portmap'].map(
        (name) => `github.com/containernetworking/plugins/plugins/${name}`,
      ),
      'go.etcd.io/etcd/server/v3',
    ],
    ldflags: [`-X ${containerd}/version.Version=${moduleVersion(moduleDir('runtime'), containerd)}`],
    rename: { server: 'etcd' },
    minutes: 2,
  },
  dns: { module: moduleDir('dns'), packages: ['github.com/coredns/coredns'], minutes: 3 },
  load: { module: moduleDir('load'), packages: ['github.com/rakyll/hey'], minutes: 1 },
  cilium: {
    module: moduleDir('cilium'),
    packages: ['daemon', 'cilium-dbg', 'plugins/cilium-cni'].map((path) => `${ciliumModule}/${path}`),
    ldflags: [
      `-X ${ciliumModule}/pkg/version.ciliumVersion=${moduleVersion(moduleDir('cilium'), ciliumModule)}`,
    ],
    tags: ['osusergo', 'netgo'],
    rename: { daemon: 'cilium-agent' },
    files: { [ciliumModule]: ['bpf', ciliumDefinitions] },
    minutes: 6,
  },
  e2e: {
    module: moduleDir('kubernetes'),
    packages: ['k8s.io/kubernetes/test/e2e'],
    test: 'e2e.test',
    minutes: 3,
  },
} satisfies Record<string, Group>

export type GroupName = keyof typeof groups

const recipe = (group: Group, output: string): string[] => [
  ...(group.test === undefined
    ? ['build', '-o', `${output}/`]
    : ['test', '-c', '-o', join(output, group.test)]),
  '-trimpath',
  ...(group.tags === undefined ? [] : ['-tags', group.tags.join(',')]),
  '-ldflags',
  ['-s -w', ...(group.ldflags ?? [])].join(' '),
  ...group.packages,
]

/**
 * Nothing of a user's own Go settings may leak into what is cached under a name that does not mention it. A compiler that
 * collects its garbage less often takes a tenth less time.
 */
const goEnv = { ...env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOGC: '400' }

const go = (group: Group, ...args: string[]): Promise<string> =>
  run('go', args, { cwd: group.module, env: goEnv })

async function key(group: Group): Promise<string> {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(group.module, file)))
  hash.update(JSON.stringify([recipe(group, ''), group.rename ?? {}, ...(group.files ? [group.files] : [])]))
  hash.update(await go(group, 'env', 'GOVERSION', 'GOOS', 'GOARCH'))
  return hash.digest('hex').slice(0, 12)
}

/** The folder with the lab's own programs of this name. */
export const programs = (name: GroupName): Promise<string> => builtPrograms(name, groups[name])

/** The folder with a group's programs; builds them when the cache does not have them. */
export const builtPrograms = async (name: string, group: Group): Promise<string> =>
  cached(name, await key(group), async (folder) => {
    progress(`building ${name}, about ${group.minutes} min the first time`)
    await step(`built ${name}`, async () => {
      if (group.packages.length > 0) await go(group, ...recipe(group, folder))
      for (const [from, to] of Object.entries(group.rename ?? {}))
        renameSync(join(folder, from), join(folder, to))
      for (const [module, paths] of Object.entries(group.files ?? {}))
        await copyFiles(group, module, paths, folder)
    })
  })

async function copyFiles(
  group: Group,
  module: string,
  paths: readonly string[],
  folder: string,
): Promise<void> {
  const downloaded = await go(group, 'mod', 'download', '-json', module)
  const { Dir }: { Dir: string } = JSON.parse(downloaded)
  for (const path of paths) cpSync(join(Dir, path), moduleFile(folder, module, path), { recursive: true })
}

/** Where a file of a module is in the folder of a group's programs. */
export const moduleFile = (folder: string, module: string, path: string): string =>
  join(folder, 'files', module, path)
