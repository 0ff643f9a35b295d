import { parseDuration } from '../../model/common/words/amounts.ts'
import { KubeconfigError } from '../answers/errors.ts'
import { dataOrFile } from '../files.ts'
import type { ConnectionFlags, Environment } from '../types.ts'
import { inClusterSelection } from './in-cluster.ts'
import { loadKubeconfig } from './load.ts'
import { select } from './select.ts'
import type { KubeconfigCluster, KubeconfigUser } from './types.ts'

/** Everything that is needed to talk to one server as one user, except the credentials themselves. */
export interface Connection {
  contextName: string | undefined
  namespace: string
  server: URL
  /** PEM of the authorities to trust instead of the system's. */
  ca: string | undefined
  verify: boolean
  /** The name to expect in the server's certificate when it is not the one in the address. */
  serverName: string | undefined
  cluster: KubeconfigCluster
  user: KubeconfigUser
  userName: string
  timeoutMs: number | undefined
  /** No kubeconfig said where the server is; the address is kubectl's default. */
  guessed: boolean
}

/**
 * Finds out where to connect to, as kubectl does.
 *
 * @throws KubeconfigError when the kubeconfig, a flag or a file that they name cannot be used.
 */
export async function resolveConnection(
  flags: ConnectionFlags,
  environment: Pick<Environment, 'env' | 'homedir'>,
  serviceAccountDirectory: string,
): Promise<Connection> {
  const timeoutMs = parseTimeout(flags.requestTimeout)
  let selection = select(await loadKubeconfig(flags.kubeconfig, environment), flags)
  if (!selection.cluster.server) {
    selection = (await inClusterSelection(flags, environment.env, serviceAccountDirectory)) ?? selection
  }
  const { cluster, user, userName, contextName, namespace = 'default' } = selection
  return {
    contextName,
    namespace,
    server: parseServer(cluster.server || environment.env['KUBERNETES_MASTER'] || 'http://localhost:8080'),
    ca: await dataOrFile(
      cluster['certificate-authority-data'],
      cluster['certificate-authority'],
      'certificate-authority',
    ),
    verify: !cluster['insecure-skip-tls-verify'],
    serverName: cluster['tls-server-name'] || undefined,
    cluster,
    user,
    userName,
    timeoutMs,
    guessed: !cluster.server,
  }
}

/** Accepts what kubectl accepts: a URL, also with a path, or a bare host or host:port, which means http. */
function parseServer(text: string): URL {
  const bare = /^[\w.[\]:-]+(\/|$)/.test(text) && !text.includes('://')
  const url = URL.parse(bare ? `http://${text}` : text)
  if (url === null || url.hostname === '' || !['http:', 'https:'].includes(url.protocol)) {
    throw new KubeconfigError(`error: host must be a URL or a host:port pair: "${text}"`, {
      hint: 'An example: https://10.0.0.1:6443',
    })
  }
  url.search = ''
  url.hash = ''
  return url
}

/** Milliseconds; undefined for no limit. */
function parseTimeout(text: string | undefined): number | undefined {
  if (!text) return undefined
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined) {
    throw new KubeconfigError(
      'error: Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    )
  }
  return milliseconds || undefined
}
