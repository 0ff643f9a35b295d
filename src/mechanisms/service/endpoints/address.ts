/**
 * Why the API server refuses an address for an endpoint, or undefined
 * (k8s.io/kubernetes pkg/apis/core/validation, ValidateEndpointIP).
 */
export function forbiddenAddress(address: string): string | undefined {
  const text = address.toLowerCase()
  if (/^0+(\.0+){3}$/.test(text) || text === '::') return 'it is unspecified'
  if (text.startsWith('127.') || text === '::1') return 'it is in the loopback range'
  if (text.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/.test(text)) return 'it is link-local'
  if (text.startsWith('224.0.0.') || /^ff[0-9a-f]2:/.test(text)) return 'it is link-local multicast'
  return undefined
}
