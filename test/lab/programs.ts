import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { cacheDir, moduleDir } from './paths.ts'
import { run } from './process.ts'
import { progress, step } from './progress.ts'

/** The version of a module that a go.mod below programs/ asks for, without the v. */
export function moduleVersion(folder: string, module: string): string {
  const content = readFileSync(join(moduleDir(folder), 'go.mod'), 'utf8')
  const version = content
    .split('\n')
    .map((line) =>
      line
        .replace(/^require/, '')
        .trim()
        .split(/\s+v?/),
    )
    .find(([name]) => name === module)?.[1]
  if (version === undefined) throw new Error(`programs/${folder}/go.mod does not require ${module}`)
  return version
}

/** The version of Kubernetes. Its programs do not know it unless it is built into them. */
export const kubernetesVersion = moduleVersion('kubernetes', 'k8s.io/kubernetes')

/** Programs that are built together, from one go.mod. */
interface Group {
  /** Folder below programs/. */
  module: string
  packages: readonly string[]
  ldflags?: readonly string[]
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

const groups = {
  kubernetes: {
    module: 'kubernetes',
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
    module: 'runtime',
    packages: [
      ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => `${containerd}/cmd/${name}`),
      ...['main/bridge', 'main/loopback', 'ipam/host-local', 'meta/portmap'].map(
        (name) => `github.com/containernetworking/plugins/plugins/${name}`,
      ),
      'go.etcd.io/etcd/server/v3',
    ],
    ldflags: [`-X ${containerd}/version.Version=${moduleVersion('runtime', containerd)}`],
    rename: { server: 'etcd' },
    minutes: 2,
  },
  dns: { module: 'dns', packages: ['github.com/coredns/coredns'], minutes: 3 },
  load: { module: 'load', packages: ['github.com/rakyll/hey'], minutes: 1 },
  e2e: {
    module: 'kubernetes',
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
  '-ldflags',
  ['-s -w', ...(group.ldflags ?? [])].join(' '),
  ...group.packages,
]

/** Nothing of a user's own Go settings may leak into what is cached under a name that does not mention it. */
const goEnv = { ...env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' }

const go = (group: Group, ...args: string[]): Promise<string> =>
  run('go', args, { cwd: moduleDir(group.module), env: goEnv })

async function cacheKey(group: Group): Promise<string> {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleDir(group.module), file)))
  hash.update(JSON.stringify([recipe(group, ''), group.rename ?? {}]))
  hash.update(await go(group, 'env', 'GOVERSION', 'GOOS', 'GOARCH'))
  return hash.digest('hex').slice(0, 12)
}

/** The folder with a group's programs; builds them when the cache does not have them. */
export async function programs(name: GroupName): Promise<string> {
  const group: Group = groups[name]
  const target = join(cacheDir(), `${name}-${await cacheKey(group)}`)
  if (existsSync(target)) return target
  mkdirSync(cacheDir(), { recursive: true })
  removeHalfBuilt(name)
  // Renamed when whole, so that a build that is killed leaves nothing that looks like a result.
  const scratch = mkdtempSync(join(cacheDir(), `.${name}-`))
  progress(`building ${name}, about ${group.minutes} min the first time`)
  await step(`built ${name}`, () => go(group, ...recipe(group, scratch)))
  for (const [from, to] of Object.entries(group.rename ?? {}))
    renameSync(join(scratch, from), join(scratch, to))
  renameSync(scratch, target)
  return target
}

function removeHalfBuilt(name: GroupName): void {
  for (const entry of readdirSync(cacheDir()))
    if (entry.startsWith(`.${name}-`)) rmSync(join(cacheDir(), entry), { recursive: true })
}
