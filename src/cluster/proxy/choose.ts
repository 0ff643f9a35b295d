import { KubeconfigError } from '../answers/errors.ts'
import { isExempt } from './no-proxy.ts'

const SCHEMES = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

/**
 * The proxy that leads to a server: the cluster's `proxy-url`, which nothing exempts from, else HTTPS_PROXY or
 * HTTP_PROXY by the server's scheme, upper case first, unless NO_PROXY names the server.
 *
 * @throws KubeconfigError for a URL that is none or of an unknown scheme.
 */
export function chooseProxy(
  server: URL,
  proxyUrl: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  if (proxyUrl) return parse(proxyUrl, 'proxy-url')
  const variable = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const value = either(env, variable)
  if (!value) return undefined
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  if (isExempt(either(env, 'NO_PROXY') ?? '', server.hostname, port)) return undefined
  return parse(value, variable)
}

function either(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()]
}

function parse(text: string, source: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url && url.hostname !== '' && SCHEMES.has(url.protocol)) return url
  throw new KubeconfigError(
    `error: invalid '${source}' "${text}": unsupported scheme, must be http, https, or socks5`,
  )
}
