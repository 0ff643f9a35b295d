import { sanitize } from './text/sanitize.ts'

/** What the API server answers about itself; more than this, as it sends it. */
export interface ServerVersion {
  gitVersion?: string
}

export interface Versions {
  clientVersion: { gitVersion: string; platform: string; runtime: string }
  /** What runs in a probe's pod; it comes with the client. */
  agentVersion: { gitVersion: string; protocol: number }
  serverVersion?: ServerVersion | undefined
}

/** As `kubectl version` prints it. */
export function renderVersions(versions: Versions): string {
  const { clientVersion, agentVersion, serverVersion } = versions
  const lines = [
    `Client Version: ${clientVersion.gitVersion}`,
    `Agent Version: ${agentVersion.gitVersion}`,
    ...(serverVersion === undefined
      ? []
      : [`Server Version: ${sanitize(serverVersion.gitVersion ?? 'unknown')}`]),
  ]
  return `${lines.join('\n')}\n`
}
