import { homedir } from 'node:os'
import type { Cluster } from '../cluster/index.ts'

/** The values of kubectl's global flags, as oclif parses them. */
interface GlobalFlagValues {
  as?: string | undefined
  'as-group'?: string[] | undefined
  'as-uid'?: string | undefined
  'certificate-authority'?: string | undefined
  'client-certificate'?: string | undefined
  'client-key'?: string | undefined
  cluster?: string | undefined
  context?: string | undefined
  'insecure-skip-tls-verify'?: boolean | undefined
  kubeconfig?: string | undefined
  namespace?: string | undefined
  'request-timeout'?: string | undefined
  server?: string | undefined
  'tls-server-name'?: string | undefined
  token?: string | undefined
  user?: string | undefined
  v: number
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`)
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
  flags: GlobalFlagValues,
  version: string,
  { write = toStderr, interactive = process.stdin.isTTY }: Manners = {},
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
      insecureSkipTlsVerify: flags['insecure-skip-tls-verify'],
      certificateAuthority: flags['certificate-authority'],
      clientCertificate: flags['client-certificate'],
      clientKey: flags['client-key'],
      tlsServerName: flags['tls-server-name'],
      requestTimeout: flags['request-timeout'],
    },
    {
      env: process.env,
      homedir: homedir(),
      version,
      warn: (text) => write(`Warning: ${text}`),
      log: write,
      verbosity: flags.v,
      interactive,
    },
  )
}
