import { dataOrFile, readProblem } from '../files.ts'
import type { Connection } from '../kubeconfig/resolve.ts'
import type { Environment } from '../types.ts'
import { bearer, constant, type Credentials, type CallerIdentity } from './credentials.ts'
import type { ExecClusterInfo } from './exec.ts'
import { readFile } from 'node:fs/promises'
import { KubeconfigError } from '../answers/errors.ts'
import type { RequestOptions } from 'node:https'
import type { KubeconfigUser } from '../kubeconfig/types.ts'
import { messageOf } from '../../model/common/user-error.ts'

/** Where clusters keep what is meant for credential plugins. */
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec'

/**
 * The credentials of a connection's user. A token or password comes before a plugin, so that --token works
 * beside one; over plain http nothing is sent, as with kubectl.
 *
 * @throws KubeconfigError when a file is missing or a plugin's configuration is wrong.
 */
export async function chooseCredentials(
  connection: Connection,
  environment: Pick<Environment, 'env' | 'interactive'>,
): Promise<Credentials> {
  const { user, userName } = connection
  if (connection.server.protocol !== 'https:') return constant({})
  const certificate: CallerIdentity = {
    cert: await dataOrFile(user['client-certificate-data'], user['client-certificate'], 'client-cert'),
    key: await dataOrFile(user['client-key-data'], user['client-key'], 'client-key'),
  }
  if (user.tokenFile) return tokenFileCredentials(user.tokenFile, user.token, certificate)
  if (user.token) return constant({ ...certificate, authorization: bearer(user.token) })
  if (user.username || user.password) {
    const pair = `${user.username ?? ''}:${user.password ?? ''}`
    return constant({ ...certificate, authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
  }
  if (user.exec) {
    const { execCredentials } = await import('./exec.ts')
    return execCredentials(user.exec, userName, clusterInfo(connection), environment)
  }
  if (user['auth-provider']) return authProviderCredentials(user['auth-provider'])
  return constant(certificate)
}

function clusterInfo({ cluster, server, ca, serverName }: Connection): ExecClusterInfo {
  return {
    server: server.href.replace(/\/$/, ''),
    'tls-server-name': serverName,
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
    'proxy-url': cluster['proxy-url'],
    config: cluster.extensions?.find(({ name }) => name === EXEC_EXTENSION)?.extension,
  }
}

/** Tokens in files are replaced while programs run (a pod's lasts an hour), so they are read again this often. */
const REREAD_MS = 60_000

/**
 * A bearer token from a file. As in client-go the file comes before a token that stands beside it in the
 * kubeconfig, which serves while the file cannot be read.
 */
export function tokenFileCredentials(
  file: string,
  fallback: string | undefined,
  certificate: CallerIdentity,
  now: () => number = Date.now,
): Credentials {
  let token: string | undefined
  let readAt = -Infinity
  return {
    async current() {
      if (now() - readAt > REREAD_MS) {
        try {
          token = await readFile(file, 'utf8')
          readAt = now()
        } catch (cause) {
          token ??= fallback
          if (!token)
            throw new KubeconfigError(`error: ${readProblem(file, cause)}`, {
              cause,
              hint: 'It is the tokenFile of the user.',
            })
        }
      }
      return { ...certificate, authorization: bearer(token ?? '') }
    },
    renew() {
      const wasRead = readAt !== -Infinity
      readAt = -Infinity
      return wasRead
    },
  }
}

/**
 * The legacy `auth-provider` section (OpenID Connect and vendors'), left to client-node, which takes long to
 * load and is loaded only here.
 */
function authProviderCredentials(provider: NonNullable<KubeconfigUser['auth-provider']>): Credentials {
  let config: Promise<{ applyToHTTPSOptions(options: RequestOptions): Promise<void> }> | undefined
  return {
    async current() {
      config ??= load(provider)
      const options: RequestOptions = {}
      try {
        await (await config).applyToHTTPSOptions(options)
      } catch (cause) {
        throw unusable(provider.name, messageOf(cause), cause)
      }
      const { headers } = options
      const authorization = headers && 'Authorization' in headers ? headers.Authorization : undefined
      if (typeof authorization !== 'string')
        throw unusable(provider.name, 'No valid id-token, and cannot refresh without refresh-token')
      return { authorization }
    },
    renew() {
      config = undefined
      return true
    },
  }
}

async function load(provider: NonNullable<KubeconfigUser['auth-provider']>) {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: 'it', server: 'https://localhost', skipTLSVerify: false }],
    users: [{ name: 'it', authProvider: { ...provider, config: { ...provider.config } } }],
    contexts: [{ name: 'it', cluster: 'it', user: 'it' }],
    currentContext: 'it',
  })
  return config
}

function unusable(name: string, problem: string, cause?: unknown): KubeconfigError {
  return new KubeconfigError(`Unable to connect to the server: auth-provider "${name}": ${problem}`, {
    cause,
    hint: 'Log in again with the tool that wrote the kubeconfig.',
  })
}
