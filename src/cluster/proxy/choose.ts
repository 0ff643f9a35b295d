import { KubeconfigError } from '../answers/errors.ts'

/** Loaded where a proxy is set: it brings sockets and streams. */
const net = (): typeof import('node:net') => process.getBuiltinModule('node:net')

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

/**
 * Whether NO_PROXY exempts an address, by the rules of Go's net/http: `*`, IP addresses, CIDR ranges,
 * `domain` (with its subdomains), `.domain` and `*.domain` (subdomains only), each with an optional port.
 * Loopback addresses never go through a proxy.
 */
export function isExempt(noProxy: string, host: string, port: string): boolean {
  const name = unbracket(host.toLowerCase())
  if (name === 'localhost' || isLoopback(name)) return true
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, name, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const range = /^(.+)\/(\d+)$/.exec(entry)
  if (range) return inRange(host, range[1] ?? '', Number(range[2]))
  const { name, port: entryPort } = splitPort(entry)
  if (name === '' || (entryPort !== undefined && entryPort !== port)) return false
  if (net().isIP(name))
    return net().isIP(host) !== 0 && inRange(host, name, net().isIP(name) === 6 ? 128 : 32)
  const suffix = name.startsWith('*.') ? name.slice(1) : name
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`)
}

function splitPort(entry: string): { name: string; port?: string } {
  if (net().isIP(entry)) return { name: entry }
  const parts = /^(.*):(\d+)$/.exec(entry)
  return parts ? { name: unbracket(parts[1] ?? ''), port: parts[2] ?? '' } : { name: unbracket(entry) }
}

function inRange(host: string, network: string, prefix: number): boolean {
  const family = net().isIP(network)
  if (family === 0 || net().isIP(host) !== family || prefix > (family === 6 ? 128 : 32)) return false
  const list = new (net().BlockList)()
  const type = family === 6 ? 'ipv6' : 'ipv4'
  list.addSubnet(network, prefix, type)
  return list.check(host, type)
}

const isLoopback = (host: string): boolean => inRange(host, '127.0.0.0', 8) || inRange(host, '::1', 128)

const unbracket = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')
