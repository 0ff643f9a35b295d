import { dataOrFile } from '../files.ts'
import type { Connection } from '../kubeconfig/resolve.ts'
import type { Environment } from '../types.ts'
import { authProviderCredentials } from './auth-provider.ts'
import { bearer, constant, type Credentials, type CallerIdentity } from './credentials.ts'
import type { ExecClusterInfo } from './exec.ts'
import { tokenFileCredentials } from './token-file.ts'

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
