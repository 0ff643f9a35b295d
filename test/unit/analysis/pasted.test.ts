import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { analyse } from '../../../src/analysis/analyse.ts'
import type { Finding } from '../../../src/model/findings/finding.ts'
import { layoutFindings } from '../../../src/report/explain/findings.ts'
import { createStyle } from '../../../src/report/terminal.ts'
import { splitAdvice } from '../../../src/report/text/command.ts'
import { paintLines } from '../../../src/report/text/line.ts'
import { target } from './build.ts'
import { grid } from './grid.ts'

const style = createStyle({ isTTY: false, env: {} })
const findings = Object.values(grid).flatMap(({ fires }) => analyse(fires(), target).findings)

/** The commands among what is printed, each with all of its lines. */
function printed(finding: Finding, width: number): string[] {
  // Sentences speak of commands, too.
  const mend = finding.mend.filter((step) => splitAdvice(step).command !== undefined)
  const plain = { ...finding, message: 'what', why: 'why', mend }
  const lines = paintLines(layoutFindings([plain], { width, style }, false), { width, style })
  return lines.flatMap((line, index) => {
    const command = /^ +(?:(?:mend|or) +)?(?:.*?: {2})?(kubectl .*)$/.exec(line)?.[1]
    if (command === undefined) return []
    const rest = lines.slice(index + 1)
    const more = line.endsWith('\\') ? rest.slice(0, rest.findIndex((one) => !one.endsWith('\\')) + 1) : []
    return [[command, ...more].join('\n')]
  })
}

/** What bash makes of each, all in one go. */
function words(commands: readonly string[]): string[] {
  // By a stream of its own, as some are piped to others.
  const script = `exec 3>&1; kubectl() { printf '%s\\1' "$@" >&3; printf '\\2' >&3; }\n${commands.join('\n')}\n`
  return execFileSync('bash', ['-f', '-c', script], { encoding: 'utf8' }).split('\u0002').slice(0, -1)
}

test.each([20, 30, 50, 80, 100])(
  'at %i columns every command of every finding is the same to bash',
  (width) => {
    const asked = findings.flatMap(({ mend }) => mend.flatMap((step) => splitAdvice(step).command ?? []))
    expect(new Set(asked).size).toBeGreaterThan(20)
    const shown = findings.flatMap((finding) => printed(finding, width))
    expect(words(shown)).toEqual(words(asked))
    expect(words(asked)).toHaveLength(asked.length)
  },
)

test.each([20, 24, 30, 50])('at %i columns no word of what mends a finding is broken', (width) => {
  for (const finding of findings) {
    const plain = { ...finding, message: 'what', why: 'why' }
    const text = paintLines(layoutFindings([plain], { width, style }, false), { width, style }).join('\n')
    const shown = new Set(text.split(/\s+/))
    for (const word of finding.mend.flatMap((step) => step.split(/\s+/))) expect(shown).toContain(word)
  }
})
