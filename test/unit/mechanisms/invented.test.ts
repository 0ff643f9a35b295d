/**
 * Set-ups as people write them, right and wrong, made up for this: `# NAME`, the ways from outside (`# = …`), each finding that there
 * has to be (`# ! CODE LINE`), and nothing else is said; then the objects, up to `# end`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { explainedText } from './explained.ts'

/** Those of `composed.txt` have several controllers, namespaces and objects that come between. */
const all = ['invented.txt', 'composed.txt']
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('')

/** They are about the controller, and the channel of the definitions. */
const general = /^AFF-(NGX-RETIRED|GWAPI-EXPERIMENTAL) /

const cases = all.split('# end\n').flatMap((part) => {
  const lines = part.split('\n')
  const [first = ''] = lines
  const begin = lines.findIndex((line) => !line.startsWith('#'))
  const said = (mark: string): string[] =>
    lines.slice(1, begin).flatMap((line) => (line.startsWith(`# ${mark} `) ? [line.slice(4)] : []))
  const text = lines.slice(begin).join('\n')
  return first === '' ? [] : [{ name: first.slice(2), ways: said('='), findings: said('!'), text }]
})

it('there are more than a hundred, and some are right as they are', () => {
  expect(cases.length).toBeGreaterThan(100)
  expect(cases.filter(({ findings }) => findings.length === 0).length).toBeGreaterThan(15)
})

it.each(cases)('$name', async ({ ways, findings, text }) => {
  const found = await explainedText(text)
  expect({
    ways: found.ways,
    findings: found.all.filter((one) => !general.test(one)),
  }).toStrictEqual({ ways, findings })
})
