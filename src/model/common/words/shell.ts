/** A text as one word of a command line: in quotes where a shell would read more in it than what it says. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=,-]+$/.test(text)) return text
  // A path of Windows: cmd has no other quotes, and the rest read it the same.
  if (text.includes('\\') && /^([\w./:@+=, -]|\\(?!\\|$))+$/.test(text)) return `"${text}"`
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
