/** The host of a URL as sockets want it: an IPv6 address without brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

/** The port of a URL, or that of its scheme. */
export function portOf(url: URL): number {
  if (url.port) return Number(url.port)
  if (url.protocol === 'https:') return 443
  return url.protocol === 'http:' ? 80 : 1080
}

/** Plain http is not tunnelled: an HTTP proxy is asked for the whole URL. */
export function forwarderTo(server: URL, proxy: URL | undefined): URL | undefined {
  return server.protocol === 'http:' && proxy?.protocol.startsWith('http') ? proxy : undefined
}
