import { Document, isScalar, stringify, visit } from 'yaml'
import { unsafe } from './sanitize.ts'

/**
 * YAML as kubectl prints it: no aliases, and quotes around what YAML 1.1 takes for a date or a boolean. Safe on a terminal,
 * and it means the same: what `sanitize` would show as an escape stands as one, in double quotes.
 */
export function yamlText(value: unknown, options: { indentSeq?: boolean } = {}): string {
  const style = { aliasDuplicateObjects: false, compat: 'yaml-1.1', ...options } as const
  const isUnsafe = JSON.stringify(value)?.match(unsafe) !== null
  if (!isUnsafe) return stringify(value, { ...style, lineWidth: 0 })
  const document = new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' })
  visit(document, (_, node) => {
    if (isScalar(node) && typeof node.value === 'string' && node.value.match(unsafe) !== null)
      node.type = 'QUOTE_DOUBLE'
  })
  const text = document.toString({ lineWidth: 0, ...options })
  return text.replace(unsafe, (character) => (character === '\n' ? character : escaped(character)))
}

/** YAML's double quotes have no surrogate pairs. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
}
