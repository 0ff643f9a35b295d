/** Behind these a regular expression says how often something may come, or what else may. */
const repeated = /(?:\.|\[[^\]]*\]|\\[dwS])(?:[*+?]|\{[^}]*\})?/g

/**
 * A path that a path of an Ingress or a route matches: `/app1/x` of `/(app1/.*)`. Undefined where none can be made up that
 * is sure to match.
 */
export function examplePath(pattern: string): string | undefined {
  if (pattern === '' || pattern === '/') return '/'
  if (!/[()[\]{}*+?^$|\\]/.test(pattern)) return pattern
  const expression = expressionOf(pattern)
  if (expression === undefined) return undefined
  let path = pattern.replaceAll(/^\^|\$$/g, '')
  // From the innermost groups outwards: the first of the alternatives.
  for (let before = ''; before !== path;) {
    before = path
    path = path.replaceAll(/\((?:\?:)?([^()]*)\)([*+?]?)/g, (_, inner: string) => inner.split('|')[0] ?? '')
  }
  path = path.replaceAll(repeated, (match) => (match.startsWith('.') && !/[*+?{]/.test(match) ? '.' : 'x'))
  path = path.replaceAll(/[*+?$^]/g, '').replaceAll(/\\(.)/g, '$1')
  return path.startsWith('/') && /^[\x21-\x7e]*$/.test(path) && expression.test(path) ? path : undefined
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern.replace(/^\^/, '')})`, 'i')
  } catch {
    return undefined
  }
}
