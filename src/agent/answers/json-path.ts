/** The scalar at a path in a JSON text, as text; undefined when the text is not JSON or holds nothing there. */
export function readPath(text: string, keys: readonly string[]): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

const step = /\.?([^.[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/y

/**
 * The keys of a path as users know it from kubectl: `pod.ip`, `.pod.ip`, `{.items[0].name}`, `$.pod`, `['a.b'].c`.
 * Throws an Error for a path that means nothing.
 */
export function pathKeys(path: string): string[] {
  const inner = path
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .replace(/^\$/, '')
  const keys: string[] = []
  step.lastIndex = 0
  while (step.lastIndex < inner.length) {
    const at = step.lastIndex
    const match = step.exec(inner)
    if (match === null) throw new Error(`"${path}" is not a path: cannot read "${inner.slice(at)}"`)
    keys.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '')
  }
  return keys
}
