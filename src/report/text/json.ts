import { unsafe } from './sanitize.ts'

/**
 * JSON that is safe on a terminal and means the same: what `sanitize` would show as an escape stands as one. A printed
 * report has four spaces, as kubectl's; without `indent` it is one line.
 */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent)
  // JSON has line breaks between its parts only; in strings they are escaped already.
  return text.replace(unsafe, (character) => (character === '\n' ? character : escaped(character)))
}

/** As JSON and double quotes of YAML have it, a surrogate pair for what is beyond the first plane. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
