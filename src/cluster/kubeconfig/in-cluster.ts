import { hostAndPort } from '../../model/common/network/ip.ts'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectionFlags, Environment } from '../types.ts'
import { impersonation, type KubeconfigSelection } from './select.ts'

/** Where Kubernetes mounts the service account of a pod. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The connection that a pod has to its own cluster, if this process runs in one. */
export async function inClusterSelection(
  flags: ConnectionFlags,
  env: Environment['env'],
  directory: string,
): Promise<KubeconfigSelection | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT']
  const tokenFile = join(directory, 'token')
  if (!host || !port || !existsSync(tokenFile)) return undefined
  const server = `https://${hostAndPort(host, port)}`
  const namespace = flags.namespace || env['POD_NAMESPACE'] || (await namespaceOf(directory))
  return {
    contextName: undefined,
    cluster: {
      server,
      ...(flags.insecureSkipTlsVerify
        ? { 'insecure-skip-tls-verify': true }
        : { 'certificate-authority': flags.certificateAuthority || join(directory, 'ca.crt') }),
      ...(flags.tlsServerName ? { 'tls-server-name': flags.tlsServerName } : {}),
    },
    user: { ...(flags.token ? { token: flags.token } : { tokenFile }), ...impersonation(flags) },
    userName: '',
    namespace,
  }
}

async function namespaceOf(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, 'namespace'), 'utf8')).trim() || undefined
  } catch {
    return undefined
  }
}
