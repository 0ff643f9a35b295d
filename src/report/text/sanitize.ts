/**
 * Control characters (C0, DEL, C1), line and paragraph separators, and everything invisible: marks that reorder text
 * and blanks without width. The two joiners stay, as some scripts and emoji need them.
 */
export const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00A0]|(?![\u200C\u200D])\p{Cf}/gu

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

/** The colours and weights that `createStyle` switches on and off; nothing that hides text or moves the cursor. */
// oxlint-disable-next-line no-control-regex -- ESC is meant
const styles = /\u001B\[(?:0|1|2|22|39|3[1-6]|9[0-7])m/

const unsafeOrStyle = new RegExp(`${styles.source}|${unsafe.source}`, 'gu')

/**
 * The last look at text before it is printed: lines, tabs and, where there are any, our own colours stay; whatever else was
 * overlooked on the way is shown as an escape.
 */
export function cleanText(text: string, hasColour: boolean): string {
  return text.replace(unsafeOrStyle, (found) => {
    if (found === '\n' || found === '\t' || found === '\u00A0') return found
    if (found.startsWith('\u001B[')) return hasColour ? found : escapeCharacter('\u001B') + found.slice(1)
    return escapeCharacter(found)
  })
}
