/** The texts of a `Warning` header: only code 299 is for people (RFC 7234, and Kubernetes uses no other). */
export function parseWarnings(header: string | string[] | undefined): string[] {
  const text = [header ?? []].flat().join(', ')
  return [...text.matchAll(/(\d{3}) \S+ "((?:[^"\\]|\\.)*)"/g)]
    .filter(([, code]) => code === '299')
    .map(([, , quoted = '']) => quoted.replaceAll(/\\(.)/g, '$1'))
}
