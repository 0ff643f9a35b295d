const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows' }
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

/** Who is asking, for the server's audit log: as kubectl writes it, with Go's names for systems. */
export function userAgent(version: string): string {
  const system = SYSTEMS[process.platform] ?? process.platform
  const architecture = ARCHITECTURES[process.arch] ?? process.arch
  return `kubectl-affinity/${version} (${system}/${architecture})`
}
