/** What is released: wherever krew, Bun and Kubernetes' own kubectl meet. */
export interface Platform {
  /** As Go, kubectl and krew name it. */
  os: 'darwin' | 'linux' | 'windows'
  arch: 'amd64' | 'arm64'
  /** As `bun build --target` names it. */
  target: string
  /** The npm package with Bun for it. */
  runtime: string
}

export const platforms: readonly Platform[] = (['darwin', 'linux', 'windows'] as const).flatMap((os) => [
  { os, arch: 'amd64', target: `bun-${os}-x64`, runtime: `@oven/bun-${os}-x64` },
  { os, arch: 'arm64', target: `bun-${os}-arm64`, runtime: `@oven/bun-${os}-aarch64` },
])

/** The platform of this machine, where it is one of them. */
export function hostPlatform({ platform, arch }: { platform: string; arch: string }): Platform | undefined {
  const os = platform === 'win32' ? 'windows' : platform
  const goArch = arch === 'x64' ? 'amd64' : arch
  return platforms.find((candidate) => candidate.os === os && candidate.arch === goArch)
}

export const executableName = ({ os }: Platform): string =>
  os === 'windows' ? 'kubectl-affinity.exe' : 'kubectl-affinity'

export const archiveName = ({ os, arch }: Platform, version: string): string =>
  `kubectl-affinity_v${version}_${os}_${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`
