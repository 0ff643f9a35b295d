import { sanitize } from '../report/text/sanitize.ts'
import { stderr } from './terminal.ts'

/** Writes lines about what went wrong, or may; on a terminal they break at words. Much of them are words of a server. */
export async function writeProblem(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  const all = lines.flatMap((text) => text.split('\n').map(continued)).map(sanitize)
  const { isTTY, columns } = stderr
  stderr.write(`${(isTTY ? await laidOut(all, columns) : all).join('\n')}\n`)
}

/** Words of others may hold line breaks: what follows one stands below ours, so that it is taken for none of our lines. */
const continued = (text: string, index: number): string => (index === 0 ? text : `    ${text}`)

/** What lays out is loaded for a terminal alone. */
async function laidOut(lines: readonly string[], columns: number | undefined): Promise<string[]> {
  const [{ createStyle, outputWidth }, { wrapLines }] = await Promise.all([
    import('../report/terminal.ts'),
    import('../report/text/wrap.ts'),
  ])
  const facts = { isTTY: true, columns, env: process.env }
  const warning = createStyle(facts).unsure('Warning:')
  return wrapLines(lines, outputWidth(facts)).map((line) => line.replace(/^Warning:/, warning))
}
