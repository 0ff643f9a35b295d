import { KubeconfigError } from './answers/errors.ts'
import { Client } from './client.ts'
import { chooseCredentials } from './credentials/choose.ts'
import { HttpTransport } from './transport/http/http.ts'
import { SERVICE_ACCOUNT_DIRECTORY } from './kubeconfig/in-cluster.ts'
import { resolveConnection } from './kubeconfig/resolve.ts'
import { chooseProxy } from './proxy/choose.ts'
import { RequestLog } from './transport/request-log.ts'
import { Sender } from './transport/sender.ts'
import type { Cluster, ConnectionFlags, Environment } from './types.ts'
import type { KubeconfigUser } from './kubeconfig/types.ts'

/** The only place that talks to an API server. */
export {
  ApiError,
  ConnectionError,
  isConflict,
  isForbidden,
  isNotFound,
  isRetryable,
  KubeconfigError,
} from './answers/errors.ts'
export type { Cluster, ConnectionFlags, Environment } from './types.ts'
export { kubeconfigNames, type KubeconfigNames } from './kubeconfig/names.ts'
export { followLog, type FollowLogOptions } from './streams/logs.ts'
export { watchList, type WatchEvent, type WatchOptions } from './streams/watch.ts'

/**
 * Finds the server and the user that kubectl would choose. Reads files only; the server is not asked anything,
 * and credential plugins run with the first request.
 *
 * @throws KubeconfigError when the kubeconfig, a flag or a file that they name cannot be used.
 */
export async function connect(
  flags: ConnectionFlags,
  environment: Environment,
  serviceAccountDirectory = SERVICE_ACCOUNT_DIRECTORY,
): Promise<Cluster> {
  const connection = await resolveConnection(flags, environment, serviceAccountDirectory)
  const proxy = chooseProxy(connection.server, connection.cluster['proxy-url'], environment.env)
  // The variable is kubectl's (k8s.io/apimachinery, SetTransportDefaults).
  const transport = new HttpTransport(connection, proxy, !environment.env['DISABLE_HTTP2'])
  const log = new RequestLog(environment.verbosity, environment.log)
  const sender = new Sender({
    transport,
    credentials: await chooseCredentials(connection, environment),
    log,
    warn: environment.warn,
    headers: { 'User-Agent': userAgent(environment.version), ...impersonationHeaders(connection.user) },
    origin: connection.server.href.replace(/\/$/, ''),
  })
  return new Client(connection, sender, log, () => transport.close())
}

const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows' }
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

/** Who is asking, for the server's audit log: as kubectl writes it, with Go's names for systems. */
function userAgent(version: string): string {
  const system = SYSTEMS[process.platform] ?? process.platform
  const architecture = ARCHITECTURES[process.arch] ?? process.arch
  return `kubectl-affinity/${version} (${system}/${architecture})`
}

/** The headers that make the server treat a request as another user's. */
function impersonationHeaders(user: KubeconfigUser): Record<string, string | string[]> {
  if (!user.as) return {}
  const headers: Record<string, string | string[]> = { 'Impersonate-User': inUtf8(user.as) }
  if (user['as-uid']) headers['Impersonate-Uid'] = inUtf8(user['as-uid'])
  if (user['as-groups']?.length) headers['Impersonate-Group'] = user['as-groups'].map(inUtf8)
  for (const [key, values] of Object.entries(user['as-user-extra'] ?? {})) {
    headers[`Impersonate-Extra-${encodeKey(key)}`] = values.map(inUtf8)
  }
  return headers
}

/** Keys may be anything, header names may not: the server decodes percent signs. */
function encodeKey(key: string): string {
  return key.replaceAll(/[^!#$&'*+.^_`|~0-9A-Za-z-]/gu, (character) => encodeURIComponent(character))
}

/** Header values are sent one byte per character, and the server reads UTF-8. */
function inUtf8(value: string): string {
  if (/[^\P{Cc}\t]/u.test(value))
    throw new KubeconfigError(
      'error: the user or group to act as holds line ends or other characters that no header can',
    )
  return Buffer.from(value).toString('latin1')
}
