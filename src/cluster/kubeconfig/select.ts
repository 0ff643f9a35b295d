import { invalidValue } from '../../model/common/user-error.ts'
import { KubeconfigError } from '../answers/errors.ts'
import type { ConnectionFlags } from '../types.ts'
import type { Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './types.ts'

/** What flags and kubeconfig say together, before any file that they name is read. */
export interface KubeconfigSelection {
  contextName: string | undefined
  cluster: KubeconfigCluster
  user: KubeconfigUser
  userName: string
  namespace: string | undefined
}

/**
 * Chooses context, cluster and user, and lays the flags over them by kubectl's rules.
 *
 * @throws KubeconfigError for a context, cluster or user that does not exist, and for flags that contradict.
 */
export function select(config: Kubeconfig, flags: ConnectionFlags): KubeconfigSelection {
  const contextName = flags.context || config.currentContext || undefined
  const context = contextOf(config, flags, contextName)
  const cluster = clusterOf(config, flags, context, contextName)
  const user = userOf(config, flags, context, contextName)
  const userName = flags.user || context.user || ''
  checkUser(user, userName)
  return {
    contextName,
    cluster,
    user,
    userName,
    namespace: flags.namespace || context.namespace || undefined,
  }
}

function contextOf(config: Kubeconfig, flags: ConnectionFlags, name: string | undefined): KubeconfigContext {
  if (name === undefined) return {}
  const context = config.contexts.get(name)
  if (context) return context
  if (flags.context)
    throw new KubeconfigError(`error: context "${name}" does not exist`, {
      hint: known('contexts', config.contexts),
    })
  throw new KubeconfigError(`Error in configuration: context was not found for specified context: ${name}`, {
    hint: `It is the current-context. Choose another with --context. ${known('contexts', config.contexts)}`,
  })
}

function clusterOf(
  config: Kubeconfig,
  flags: ConnectionFlags,
  context: KubeconfigContext,
  contextName: string | undefined,
): KubeconfigCluster {
  const name = flags.cluster || context.cluster
  const found = name === undefined ? undefined : config.clusters.get(name)
  if (name && !found && (flags.cluster || !flags.server)) {
    throw missing('cluster', name, flags.cluster ? undefined : contextName, config.clusters)
  }
  const cluster: KubeconfigCluster = { ...found }
  if (flags.server) cluster.server = flags.server
  // A CA from a flag replaces everything that the file says on how to verify, and so does "do not verify".
  if (flags.insecureSkipTlsVerify || flags.certificateAuthority) {
    delete cluster['certificate-authority']
    delete cluster['certificate-authority-data']
    cluster['insecure-skip-tls-verify'] = flags.insecureSkipTlsVerify ?? false
    if (flags.certificateAuthority) cluster['certificate-authority'] = flags.certificateAuthority
  }
  // The file's name belongs to the file's server.
  if (flags.tlsServerName || flags.server) {
    delete cluster['tls-server-name']
    if (flags.tlsServerName) cluster['tls-server-name'] = flags.tlsServerName
  }
  if (
    cluster['insecure-skip-tls-verify'] &&
    (cluster['certificate-authority'] || cluster['certificate-authority-data'])
  ) {
    throw new KubeconfigError(
      'error: specifying a root certificates file with the insecure flag is not allowed',
      {
        hint: 'Leave out either the certificate authority or insecure-skip-tls-verify.',
      },
    )
  }
  return cluster
}

function userOf(
  config: Kubeconfig,
  flags: ConnectionFlags,
  context: KubeconfigContext,
  contextName: string | undefined,
): KubeconfigUser {
  const name = flags.user || context.user
  const found = name === undefined ? undefined : config.users.get(name)
  if (name && !found && (flags.user || !(flags.token || flags.clientCertificate))) {
    if (flags.user)
      throw new KubeconfigError(`error: auth info "${name}" does not exist`, {
        hint: known('users', config.users),
      })
    throw missing('user', name, contextName, config.users)
  }
  const user: KubeconfigUser = { ...found }
  if (flags.token) {
    user.token = flags.token
    delete user.tokenFile
  }
  if (flags.clientCertificate) {
    delete user['client-certificate-data']
    user['client-certificate'] = flags.clientCertificate
  }
  if (flags.clientKey) {
    delete user['client-key-data']
    user['client-key'] = flags.clientKey
  }
  return { ...user, ...impersonation(flags) }
}

/** Whom the flags want the server to take the user for. Throws UserError for an extra that is no KEY=VALUE. */
export function impersonation({ as, asUid, asGroups, asUserExtra }: ConnectionFlags): KubeconfigUser {
  const extra: Record<string, string[]> = {}
  for (const text of asUserExtra ?? []) {
    const [, key, value] = /^([^=]+)=([^]*)$/.exec(text) ?? []
    if (key === undefined || value === undefined)
      throw invalidValue('as-user-extra', text, 'must be KEY=VALUE')
    ;(extra[key] ??= []).push(value)
  }
  return {
    ...(as ? { as } : {}),
    ...(asUid ? { 'as-uid': asUid } : {}),
    ...(asGroups?.length ? { 'as-groups': [...asGroups] } : {}),
    ...(asUserExtra?.length ? { 'as-user-extra': extra } : {}),
  }
}

function checkUser(user: KubeconfigUser, name: string): void {
  const certificate = user['client-certificate'] || user['client-certificate-data']
  const key = user['client-key'] || user['client-key-data']
  if (user.token && (user.username || user.password)) {
    throw new KubeconfigError(
      `error: more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    )
  }
  if (certificate && !key) {
    throw new KubeconfigError(
      `error: client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`,
    )
  }
  if (
    !user.as &&
    (user['as-uid'] || user['as-groups']?.length || Object.keys(user['as-user-extra'] ?? {}).length)
  ) {
    throw new KubeconfigError(
      `error: requesting uid, groups or user-extra for ${name} without impersonating a user`,
      { hint: 'Add --as=USER.' },
    )
  }
}

function missing(
  kind: 'cluster' | 'user',
  name: string,
  contextName: string | undefined,
  names: ReadonlyMap<string, unknown>,
) {
  const where = contextName === undefined ? '' : `, which context "${contextName}" names,`
  return new KubeconfigError(`error: ${kind} "${name}"${where} does not exist`, {
    hint: known(`${kind}s`, names),
  })
}

function known(what: string, names: ReadonlyMap<string, unknown>): string {
  const shown = [...names.keys()].slice(0, 10)
  if (shown.length === 0) return `The kubeconfig has no ${what}.`
  const more = names.size - shown.length
  return `The kubeconfig has these ${what}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}
