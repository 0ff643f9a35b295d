import type { KubeconfigUser } from './kubeconfig/types.ts'

/** The headers that make the server treat a request as another user's. */
export function impersonationHeaders(user: KubeconfigUser): Record<string, string | string[]> {
  if (!user.as) return {}
  const headers: Record<string, string | string[]> = { 'Impersonate-User': user.as }
  if (user['as-uid']) headers['Impersonate-Uid'] = user['as-uid']
  if (user['as-groups']?.length) headers['Impersonate-Group'] = [...user['as-groups']]
  for (const [key, values] of Object.entries(user['as-user-extra'] ?? {})) {
    headers[`Impersonate-Extra-${encodeKey(key)}`] = [...values]
  }
  return headers
}

/** Keys may be anything, header names may not: the server decodes percent signs. */
function encodeKey(key: string): string {
  return key.replaceAll(/[^!#$&'*+.^_`|~0-9A-Za-z-]/gu, (character) => encodeURIComponent(character))
}
