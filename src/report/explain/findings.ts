import { layoutCommand, splitAdvice } from '../text/command.ts'
import { type Finding, type Level, objectName } from '../../model/findings/finding.ts'
import type { Page, Paint, Style } from '../terminal.ts'
import { flow, type Line, span } from '../text/line.ts'
import { sanitize } from '../text/sanitize.ts'
import { pad, textWidth } from '../text/width.ts'

const indent = 10

/** A block for each finding: level and code, what is so, why it matters, what mends it. */
export function layoutFindings(findings: readonly Finding[], page: Page, isWide: boolean): Line[] {
  return findings.flatMap((finding) => layoutFinding(finding, page, isWide))
}

function layoutFinding(finding: Finding, page: Page, isWide: boolean): Line[] {
  const { code, level, objects, message, why, mend, position } = finding
  // The Service is the headline of the whole; what else is concerned stands here.
  const others = objects
    .slice(isWide ? 0 : 1, isWide ? undefined : 4)
    .map((object) => sanitize(objectName(object)))
  const label = span(` ${level.padEnd(indent - 1)}`, paintOf(level, page.style))
  const body = { ...page, indent, label: span(' '.repeat(indent)) }
  const where = position === undefined ? [] : [span(positionWords(position), page.style.quiet)]
  return [
    ...flow([span(code, page.style.strong), ...where, ...others], {
      ...page,
      label,
      indent,
      separator: span('  '),
    }),
    ...flow([sanitize(message)], body),
    ...flow([span(sanitize(why), page.style.quiet)], body),
    ...mend.flatMap((step, index) => layoutStep(step, index === 0 ? 'mend' : 'or', page)),
    ...(isWide ? flow([span(`see   kubectl affinity explain ${code}`, page.style.quiet)], body) : []),
  ]
}

/**
 * `file:11:5  error  CODE  message`: a line for each finding, as compilers write them. Never broken into several, so that
 * they can be searched.
 */
export function layoutLines(findings: readonly Finding[], style: Style): Line[] {
  const places = findings.map(({ position, objects: [object] }) =>
    position === undefined ? nameOf(object) : positionWords(position),
  )
  const placeWidth = Math.max(0, ...places.map(textWidth))
  const codeWidth = Math.max(0, ...findings.map(({ code }) => code.length))
  return findings.map(({ level, code, message }, index) => [
    span(pad(places[index] ?? '', placeWidth), style.strong),
    span('  '),
    span(pad(level, 'warning'.length), paintOf(level, style)),
    span(`  ${pad(code, codeWidth)}  ${sanitize(message)}`),
  ])
}

/** The same with what mends each below it. */
export function layoutNotes(findings: readonly Finding[], style: Style): Line[] {
  const lines = layoutLines(findings, style)
  return lines.flatMap((line, index) => {
    const [step] = findings[index]?.mend ?? []
    return step === undefined ? [line] : [line, [span('    mend  ', style.quiet), span(sanitize(step))]]
  })
}

export function positionWords({ file, line, column }: NonNullable<Finding['position']>): string {
  return `${sanitize(file)}:${line}:${column}`
}

/** `shop/service/web`: with its namespace, since lines of several namespaces stand together. */
function nameOf(object: Finding['objects'][number] | undefined): string {
  if (object === undefined) return ''
  return sanitize(`${object.namespace === undefined ? '' : `${object.namespace}/`}${objectName(object)}`)
}

export function paintOf(level: Level, style: Style): Paint {
  if (level === 'error') return style.bad
  return level === 'warning' ? style.unsure : style.quiet
}

/** What mends a finding: a sentence, a command, or one after the other. */
function layoutStep(step: string, word: string, { width, style }: Page): Line[] {
  const column = indent + 6
  const label = span(`${' '.repeat(indent)}${word}`.padEnd(column), style.quiet)
  const { sentence, command } = splitAdvice(step)
  const options = { width, label, indent: column, keepsWords: true }
  const whole = flow([sanitize(step)], options)
  if (command === undefined || (sentence !== undefined && whole.length === 1)) return whole
  if (sentence === undefined) return layoutCommand(command, options)
  return [
    ...flow([sanitize(sentence)], options),
    ...layoutCommand(command, { ...options, label: span(' '.repeat(column)) }),
  ]
}
