/**
 * Control characters (C0, DEL, C1), line and paragraph separators, and everything invisible: marks that reorder text
 * and blanks without width. The two joiners stay, as some scripts and emoji need them.
 */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00A0]|(?![\u200C\u200D])\p{Cf}/gu

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
