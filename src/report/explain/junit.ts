import { type Finding, isAtLeast } from '../../model/findings/finding.ts'
import { sanitize } from '../text/sanitize.ts'
import { positionWords } from './findings.ts'
import type { ExplainRenderer, ExplainRenderOptions } from './renderer.ts'
import { unknownWords } from './words.ts'

/**
 * JUnit's XML as CI systems read it: a suite for each target, a test case for each code. Errors and warnings fail;
 * a finding that is only good to know passes with its text as output; what could not be looked for is skipped.
 */
export function junitRenderer({ level }: ExplainRenderOptions): ExplainRenderer {
  let isOpen = false
  const open = (): string => {
    if (isOpen) return ''
    isOpen = true
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="kubectl affinity explain">\n'
  }
  return {
    findings: (all) => {
      const findings = all.filter((finding) => isAtLeast(finding.level, level))
      const cases = findings.map((finding) => findingCase('files', finding))
      return cases.length === 0 ? '' : open() + suite('files', cases, findings, 0)
    },
    item: ({ target, findings: all, passed, notPossible }) => {
      const name =
        target.kind === 'service'
          ? `${target.namespace}/${target.name}`
          : `${target.namespace}/${target.kind}/${target.name}`
      const findings = all.filter((finding) => isAtLeast(finding.level, level))
      const skipped = notPossible.flatMap(({ codes, why }) =>
        codes.map((code) => testCase(name, code, `<skipped message="${escape(unknownWords(why))}"/>`)),
      )
      const cases = [
        ...findings.map((finding) => findingCase(name, finding)),
        ...passed.map((code) => testCase(name, code, '')),
        ...skipped,
      ]
      return open() + suite(name, cases, findings, skipped.length)
    },
    end: () => `${open()}</testsuites>\n`,
  }
}

function suite(
  name: string,
  cases: readonly string[],
  findings: readonly Finding[],
  skipped: number,
): string {
  const failures = findings.filter(isFailure).length
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}"`
  return `  <testsuite name="${escape(name)}" ${counts}>\n${cases.join('')}  </testsuite>\n`
}

function findingCase(name: string, finding: Finding): string {
  const { code, level, message, why, mend, link, position } = finding
  const where = position === undefined ? '' : `${positionWords(position)}: `
  const text = [why, ...mend.map((step) => `mend: ${step}`), `see ${link}`].map(escape).join('\n')
  const inner = isFailure(finding)
    ? `<failure type="${level}" message="${escape(where + message)}">${text}</failure>`
    : `<system-out>${escape(where + message)}\n${text}</system-out>`
  return testCase(name, code, inner)
}

function testCase(className: string, name: string, inner: string): string {
  const head = `    <testcase classname="${escape(className)}" name="${name}"`
  return inner === '' ? `${head}/>\n` : `${head}>${inner}</testcase>\n`
}

function isFailure({ level }: Finding): boolean {
  return level !== 'info'
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML has no way to write most control characters: they are made visible first. */
function escape(text: string): string {
  return sanitize(text)
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replace(/[\uFFFE\uFFFF]/g, '?')
}
