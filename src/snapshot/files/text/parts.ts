import { CST, Lexer } from 'yaml'

/** A text that kubectl reads as one document of YAML, or one of several values of JSON. */
export interface DocumentText {
  /** Where it begins in its file. */
  offset: number
  text: string
}

/** Why a text cannot be read, and where in it. */
export interface TextFault {
  offset: number
  message: string
}

/**
 * A file in parts, as kubectl takes it apart before it reads YAML (k8s.io/apimachinery, pkg/util/yaml): at lines that begin
 * with `---`, and JSON at the end of each value. A line that says something else beside `---` ends the reading.
 */
export function partsOf(text: string): { parts: DocumentText[]; fault?: TextFault } {
  const parts: DocumentText[] = []
  let from = 0
  for (const { 0: line, 1: rest = '', index } of text.matchAll(/^(?:(?<![^])\uFEFF)?---([^\n]*)/gm)) {
    if (index > 0 && text[index - 1] !== '\n') continue
    parts.push({ offset: from, text: text.slice(from, index) })
    from = index + line.length
    if (/^\s*(#|$)/.test(rest)) continue
    return { parts, fault: { offset: index, message: 'nothing but a comment may stand beside ---' } }
  }
  parts.push({ offset: from, text: text.slice(from) })
  return { parts: parts.flatMap(valuesOf) }
}

/** `{…} {…}`: several values of JSON; anything else is one part. */
function valuesOf(part: DocumentText): DocumentText[] {
  if (!/^\s*\{/.test(part.text)) return [part]
  const ends: number[] = []
  let depth = 0
  for (const { 0: token, index } of part.text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth += 1
    if (token === '}' && (depth -= 1) === 0) ends.push(index + 1)
  }
  // What follows the last one belongs to it, so that it is read, or complained of.
  const starts = [0, ...ends.slice(0, -1)]
  if (!starts.every((start) => /^\s*\{/.test(part.text.slice(start)))) return [part]
  return starts.map((start, index) => ({
    offset: part.offset + start,
    text: part.text.slice(start, starts[index + 1]),
  }))
}

/** What kubectl's reader of YAML takes in no file, and others do: control characters, and tabs where a line begins. */
export function faultOf({ text }: DocumentText): TextFault | undefined {
  const control = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(text)
  if (control !== null) return { offset: control.index, message: 'control characters are not allowed' }
  const directive = /^(?:[^\S\n]*(?:#[^\n]*)?\n)*%/.exec(text)
  if (directive !== null) return { offset: directive[0].length - 1, message: 'a line cannot begin with %' }
  if (!/^[ ]*\t|[-?][ ]*\t/m.test(text)) return undefined
  let at = 0
  let depth = 0
  let isFresh = true
  let isWords = false
  for (const lexeme of new Lexer().lex(text)) {
    const type = isWords ? 'words' : CST.tokenType(lexeme)
    isWords = lexeme === CST.SCALAR
    if (isWords || type === 'doc-mode' || type === 'flow-error-end') continue
    if (type === 'space' && isFresh && depth === 0 && lexeme.includes('\t'))
      return {
        offset: at + lexeme.indexOf('\t'),
        message: 'a tab cannot stand here: indent with spaces',
      }
    if (type === 'flow-map-start' || type === 'flow-seq-start') depth += 1
    if (type === 'flow-map-end' || type === 'flow-seq-end') depth -= 1
    isFresh =
      type === 'newline' ||
      type === 'seq-item-ind' ||
      type === 'explicit-key-ind' ||
      (isFresh && type === 'space')
    at += lexeme.length
  }
  return undefined
}
