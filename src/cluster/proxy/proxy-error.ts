/** The proxy answered, and refused. */
export class ProxyError extends Error {
  override name = 'ProxyError'
}
