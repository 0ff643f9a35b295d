import type { KubeconfigUser } from '../kubeconfig/types.ts'

/** The headers that make the server treat a request as another user's. */
export function impersonationHeaders(user: KubeconfigUser): Record<string, string | string[]> {
  if (!user.as) return {}
  const headers: Record<string, string | string[]> = { 'Impersonate-User': inUtf8(user.as) }
  if (user['as-uid']) headers['Impersonate-Uid'] = inUtf8(user['as-uid'])
  if (user['as-groups']?.length) headers['Impersonate-Group'] = user['as-groups'].map(inUtf8)
  for (const [key, values] of Object.entries(user['as-user-extra'] ?? {})) {
    headers[`Impersonate-Extra-${encodeKey(key)}`] = values.map(inUtf8)
  }
  return headers
}

/** Keys may be anything, header names may not: the server decodes percent signs. */
function encodeKey(key: string): string {
  return key.replaceAll(/[^!#$&'*+.^_`|~0-9A-Za-z-]/gu, (character) => encodeURIComponent(character))
}

/** Header values are sent one byte per character, and the server reads UTF-8. */
const inUtf8 = (value: string): string => Buffer.from(value).toString('latin1')
