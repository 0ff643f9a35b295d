import type { RequestOptions } from 'node:https'
import { KubeconfigError } from '../answers/errors.ts'
import type { KubeconfigUser } from '../kubeconfig/types.ts'
import type { Credentials } from './credentials.ts'

/**
 * The legacy `auth-provider` section (OpenID Connect and vendors'), left to client-node, which takes long to
 * load and is loaded only here.
 */
export function authProviderCredentials(provider: NonNullable<KubeconfigUser['auth-provider']>): Credentials {
  let config: Promise<{ applyToHTTPSOptions(options: RequestOptions): Promise<void> }> | undefined
  return {
    async current() {
      config ??= load(provider)
      const options: RequestOptions = {}
      try {
        await (await config).applyToHTTPSOptions(options)
      } catch (cause) {
        throw unusable(provider.name, cause instanceof Error ? cause.message : String(cause), cause)
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
