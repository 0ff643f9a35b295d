import { stderr } from './terminal.ts'
import type { Cluster } from '../cluster/index.ts'
import type { GlobalFlagValues } from './flags/global.ts'
import { homeFolder } from './home.ts'

function toStderr(line: string): void {
  stderr.write(`${line}\n`)
}

/** What is different for somebody who does not look at a terminal. */
interface Manners {
  /** Receives warnings and the lines of -v. */
  write?: (line: string) => void
  /** Whether a credential plugin may ask. */
  interactive?: boolean
}

/** Connects with what the flags, the environment and the kubeconfig say. The API server is not asked anything yet. */
export async function openCluster(
  flags: Partial<GlobalFlagValues>,
  version: string,
  { write = toStderr, interactive }: Manners = {},
): Promise<Cluster> {
  const { connect } = await import('../cluster/index.ts')
  return await connect(
    {
      kubeconfig: flags.kubeconfig,
      context: flags.context,
      cluster: flags.cluster,
      user: flags.user,
      namespace: flags.namespace,
      server: flags.server,
      token: flags.token,
      as: flags.as,
      asGroups: flags['as-group'],
      asUid: flags['as-uid'],
      asUserExtra: flags['as-user-extra'],
      insecureSkipTlsVerify: flags['insecure-skip-tls-verify'],
      certificateAuthority: flags['certificate-authority'],
      clientCertificate: flags['client-certificate'],
      clientKey: flags['client-key'],
      tlsServerName: flags['tls-server-name'],
      requestTimeout: flags['request-timeout'],
    },
    {
      env: process.env,
      homedir: homeFolder(),
      version,
      warn: (text) => write(`Warning: ${text}`),
      log: write,
      verbosity: flags.v ?? 0,
      get interactive() {
        // Asked of few, and loaded for them: it brings streams.
        return interactive ?? process.getBuiltinModule('node:tty').isatty(0)
      },
    },
  )
}
