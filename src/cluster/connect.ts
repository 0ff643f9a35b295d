import { Client } from './client.ts'
import { chooseCredentials } from './credentials/choose.ts'
import { HttpTransport } from './transport/http/http.ts'
import { impersonationHeaders } from './transport/impersonation.ts'
import { SERVICE_ACCOUNT_DIRECTORY } from './kubeconfig/in-cluster.ts'
import { resolveConnection } from './kubeconfig/resolve.ts'
import { chooseProxy } from './proxy/choose.ts'
import { RequestLog } from './transport/request-log.ts'
import { Sender } from './transport/sender.ts'
import type { Cluster, ConnectionFlags, Environment } from './types.ts'
import { userAgent } from './transport/user-agent.ts'

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
