/** Control characters (C0, DEL, C1), line and paragraph separators, and the marks that reorder text. */
const unsafe = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\p{Cs}]/gu

const named: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/**
 * Makes text from a cluster safe to print: what would move the cursor, set colours or reverse the reading order is
 * shown as an escape instead. ESC and CR read as in kubectl (`^[` and `\r`).
 */
export function sanitize(text: string): string {
  return text.replace(unsafe, escapeCharacter)
}

function escapeCharacter(character: string): string {
  const name = named[character]
  if (name !== undefined) return name
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20 || code === 0x7f) return `^${String.fromCodePoint(code ^ 0x40)}`
  return `\\u${code.toString(16).padStart(4, '0')}`
}
