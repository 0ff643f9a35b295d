import { besideLabel, type Line, lineWidth, type Span, span } from './line.ts'
import { sanitize } from './sanitize.ts'
import { textWidth } from './width.ts'

export interface CommandOptions {
  width: number
  /** What stands before the first line; later lines are indented by `indent`. */
  label: Span
  indent: number
}

const continuation = ' \\'

/**
 * A command on as few lines as fit, which stays one that can be pasted: a backslash ends each line that continues, and
 * no word and nothing in quotes is ever cut. A line is rather too long. On a narrow terminal it stands below its label.
 */
export function layoutCommand(command: string, options: CommandOptions): Line[] {
  const { width } = options
  const { before: lines, indent, ...first } = besideLabel(options)
  let { line } = first
  let isFresh = true
  const pieces = piecesOf(sanitize(command), width - indent - continuation.length)
  for (const [index, piece] of pieces.entries()) {
    const isLast = index === pieces.length - 1
    const room = width - lineWidth(line) - (isFresh ? 0 : 1) - (isLast ? 0 : continuation.length)
    if (!isFresh && textWidth(piece) > room) {
      lines.push([...line, span(continuation)])
      line = [span(' '.repeat(indent))]
      isFresh = true
    }
    line.push(span(isFresh ? piece : ` ${piece}`))
    isFresh = false
  }
  // Cut off at the end, they would be other commands.
  return [...lines, line].map((one) => one.map((part) => ({ ...part, whole: true })))
}

/** What stays on one line: the verb, names, and flags with their values unless that is too long. */
function piecesOf(command: string, room: number): string[] {
  const words = command.match(/(?:[^\s'"]|'[^']*'|"(?:[^"\\]|\\.)*"|['"])+/g) ?? []
  const verb = words.slice(0, words[1] === 'affinity' ? 3 : 2)
  const name = verb.join(' ')
  const pieces = textWidth(name) <= room ? [name] : verb
  for (const word of words.slice(verb.length)) {
    const last = pieces.at(-1) ?? ''
    const isValue = /^--?[\w-]+$/.test(last) && !word.startsWith('-')
    if (isValue && textWidth(last) + 1 + textWidth(word) <= room)
      pieces[pieces.length - 1] = `${last} ${word}`
    else pieces.push(word)
  }
  return pieces
}

/** A step of advice: its sentence, and the command that it ends with, each where there is one. */
export function splitAdvice(step: string): { sentence?: string; command?: string } {
  if (step.startsWith('kubectl ')) return { command: step }
  const [, sentence, command] =
    /^(.*?:) {2}(kubectl (?:affinity [\w-]+|(?!affinity )[\w-]+)(?: .*)?)$/s.exec(step) ?? []
  return sentence === undefined || command === undefined ? { sentence: step } : { sentence, command }
}
