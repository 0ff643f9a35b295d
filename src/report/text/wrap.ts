import { layoutCommand, splitAdvice } from './command.ts'
import { flow, type Line, span } from './line.ts'
import { textWidth } from './width.ts'

/**
 * Lines about a failure, such as `error: …` with its advice indented below, on as many lines as fit: sentences break at
 * words and keep their indent, and commands stay ones that can be pasted.
 */
export function wrapLines(lines: readonly string[], width: number): string[] {
  return lines.flatMap((line) => wrapLine(line, width))
}

function wrapLine(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text]
  const bare = text.trimStart()
  const indent = text.length - bare.length
  const blank = span(' '.repeat(indent))
  const { sentence, command } = splitAdvice(bare)
  const said =
    sentence === undefined ? [] : flow([span(sentence)], { width, label: blank, indent, keepsWords: true })
  const asked =
    command === undefined
      ? []
      : layoutCommand(command, { width, label: span(' '.repeat(indent + 2)), indent: indent + 2 })
  return [...said, ...asked].map(textOf)
}

function textOf(line: Line): string {
  return line.map(({ text }) => text).join('')
}
