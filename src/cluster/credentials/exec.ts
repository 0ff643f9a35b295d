import { spawn } from 'node:child_process'
import { KubeconfigError } from '../answers/errors.ts'
import type { ExecConfig } from '../kubeconfig/types.ts'
import type { Environment } from '../types.ts'
import { bearer, type Credentials, type CallerIdentity } from './credentials.ts'

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

/** The part of an ExecCredential that a plugin answers. */
interface ExecCredential {
  apiVersion?: string
  kind?: string
  status?: {
    token?: string
    clientCertificateData?: string
    clientKeyData?: string
    expirationTimestamp?: string
  }
}

/** What a plugin that asks for it (provideClusterInfo) is told about the server. */
export interface ExecClusterInfo {
  server: string
  'tls-server-name'?: string | undefined
  'insecure-skip-tls-verify'?: boolean | undefined
  'certificate-authority-data'?: string | undefined
  'proxy-url'?: string | undefined
  config?: unknown
}

/**
 * Credentials from a program, as kubectl runs it: it may ask the user where that is possible, its complaints
 * go straight to the terminal, and it runs again only when its answer has expired or was refused.
 *
 * @throws KubeconfigError at once for a configuration that kubectl refuses.
 */
export function execCredentials(
  config: ExecConfig,
  userName: string,
  cluster: ExecClusterInfo,
  environment: Pick<Environment, 'env' | 'interactive'>,
): Credentials {
  check(config, userName)
  let cached: { identity: CallerIdentity; expires: number } | undefined
  let running: Promise<CallerIdentity> | undefined

  async function refresh(): Promise<CallerIdentity> {
    const status = await run(config, cluster, environment)
    const identity = identityOf(status)
    const expires = status.expirationTimestamp ? Date.parse(status.expirationTimestamp) : Infinity
    cached = { identity, expires }
    return identity
  }

  return {
    async current() {
      if (cached && Date.now() < cached.expires) return cached.identity
      // Requests that start together share one run: it may be asking the user.
      running ??= refresh().finally(() => (running = undefined))
      return running
    },
    renew() {
      cached = undefined
      return true
    },
  }
}

function check(config: ExecConfig, userName: string): void {
  const problem = !config.command
    ? `command must be specified for ${userName} to use exec authentication plugin`
    : !config.apiVersion
      ? `apiVersion must be specified for ${userName} to use exec authentication plugin`
      : !API_VERSIONS.includes(config.apiVersion)
        ? `exec plugin: invalid apiVersion "${config.apiVersion}"`
        : config.apiVersion === API_VERSIONS[0] && !config.interactiveMode
          ? `interactiveMode must be specified for ${userName} to use exec authentication plugin`
          : undefined
  if (problem)
    throw new KubeconfigError(`error: ${problem}`, {
      hint: 'It is in the exec section of the user in the kubeconfig.',
    })
}

async function run(
  config: ExecConfig,
  cluster: ExecClusterInfo,
  { env, interactive: terminal }: Pick<Environment, 'env' | 'interactive'>,
): Promise<NonNullable<ExecCredential['status']>> {
  if (config.interactiveMode === 'Always' && !terminal) {
    throw failed('exec plugin cannot support interactive mode: standard input is not a terminal')
  }
  const interactive = terminal && config.interactiveMode !== 'Never'
  const input = {
    kind: 'ExecCredential',
    apiVersion: config.apiVersion,
    spec: { ...(config.provideClusterInfo ? { cluster } : {}), interactive },
  }
  const output = await outputOf(config, interactive, {
    ...env,
    ...Object.fromEntries((config.env ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(input),
  })
  return parse(output, config.apiVersion ?? '')
}

function outputOf(
  config: ExecConfig,
  interactive: boolean,
  env: Record<string, string | undefined>,
): Promise<string> {
  const command = config.command ?? ''
  return new Promise((resolve, reject) => {
    const child = spawn(command, config.args ?? [], {
      env,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      windowsHide: true,
    })
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') return reject(failed(`exec: ${cause.message}`, undefined, cause))
      reject(failed(`exec: executable ${command} not found`, config.installHint ?? INSTALL_HINT, cause))
    })
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${code}`
      reject(
        failed(
          `exec: executable ${command} ${how}`,
          'Its own words are above. Run it by hand to find out more.',
        ),
      )
    })
  })
}

const INSTALL_HINT = 'The kubeconfig names a credential plugin that is not installed or not in PATH.'

function parse(output: string, apiVersion: string): NonNullable<ExecCredential['status']> {
  let credential: ExecCredential
  try {
    credential = JSON.parse(output)
  } catch (cause) {
    // The output may hold half a token, so it is not shown.
    throw failed('decoding stdout: the exec plugin did not print JSON', undefined, cause)
  }
  if (typeof credential !== 'object' || credential === null || Array.isArray(credential))
    throw failed('decoding stdout: the exec plugin printed JSON that is no ExecCredential')
  if ((credential.kind ?? 'ExecCredential') !== 'ExecCredential')
    throw failed('decoding stdout: the exec plugin printed JSON that is no ExecCredential')
  if (credential.apiVersion !== apiVersion) {
    throw failed(
      `exec plugin is configured to use API version ${apiVersion}, plugin returned version ${credential.apiVersion ?? 'none'}`,
    )
  }
  const { status } = credential
  if (typeof status !== 'object' || status === null) throw failed("exec plugin didn't return a status field")
  for (const name of ['token', 'clientCertificateData', 'clientKeyData', 'expirationTimestamp'] as const)
    if (status[name] !== undefined && status[name] !== null && typeof status[name] !== 'string')
      throw failed(`decoding stdout: status.${name} is no text`)
  // client-go reads it as RFC 3339 and fails on anything else.
  if (status.expirationTimestamp && !rfc3339.test(status.expirationTimestamp))
    throw failed(`decoding stdout: parsing time "${status.expirationTimestamp}": it is no time of RFC 3339`)
  return status
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

function identityOf(status: NonNullable<ExecCredential['status']>): CallerIdentity {
  const { token, clientCertificateData: cert, clientKeyData: key } = status
  if (!token && !cert && !key) throw failed("exec plugin didn't return a token or cert/key pair")
  if (!cert !== !key) throw failed('exec plugin returned only certificate or key, not both')
  return { authorization: token ? bearer(token) : undefined, cert, key }
}

function failed(problem: string, hint?: string, cause?: unknown): KubeconfigError {
  return new KubeconfigError(`Unable to connect to the server: getting credentials: ${problem}`, {
    hint,
    cause,
  })
}
