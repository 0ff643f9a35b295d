import { explainFailure } from '../../cli/errors.ts'
import type { Output } from '../../cli/output.ts'
import type { ChangeDone, ChangeFailed, ChangeOutcome, DryRun } from '../../model/change.ts'
import { resultLine } from '../../report/change/words.ts'
import { comparable, toJson, toPrinted, toYaml } from '../../report/change/objects.ts'

export const changeFormats = ['json', 'name', 'text', 'yaml'] as const

export type ChangeFormat = (typeof changeFormats)[number]

export interface PrintOptions {
  format: ChangeFormat
  diff: boolean
  dryRun: DryRun
  showNamespace: boolean
  showManagedFields: boolean
  /** How many Services there are. */
  count: number
  output: Output
  /** Advice that was given already. */
  said: Set<string>
  stdout: (text: string) => void
  stderr: (text: string) => void
}

/** Prints one outcome as soon as it is there; objects wait for the others, as they may become one List. */
export async function printOutcome(outcome: ChangeOutcome, options: PrintOptions): Promise<void> {
  const { format, diff, dryRun, showNamespace, output, stdout, stderr } = options
  if (outcome.kind === 'failed') stderr(failureText(outcome, options.said))
  else if (outcome.kind === 'skipped') stderr(`service/${outcome.service.name} not changed: interrupted\n`)
  else if (format === 'name') stdout(`service/${outcome.service.name}\n`)
  else if (diff) stdout(`${resultLine(outcome, options)}\n${await diffOf(outcome, options)}`)
  else if (format === 'text') {
    const { renderChange } = await import('../../report/change/text.ts')
    stdout(renderChange(outcome, { ...output, dryRun, showNamespace, compact: options.count > 5 }))
  }
}

/** A failure of one of several Services says whose it is, and the same advice only once. */
function failureText({ service: { name }, error }: ChangeFailed, said: Set<string>): string {
  const [first = '', ...advice] = explainFailure(error, { flags: [] }).lines
  const whose = first.includes(name) ? first : `service/${name} not changed: ${first}`
  const text = advice.join('\n')
  const isNew = text !== '' && !said.has(text)
  said.add(text)
  return `${[whose, ...(isNew ? [text] : [])].join('\n')}\n`
}

/** Prints the objects themselves, where they are asked for. */
export async function printObjects(
  outcomes: readonly ChangeOutcome[],
  { format, showManagedFields, stdout }: PrintOptions,
): Promise<void> {
  if (format !== 'json' && format !== 'yaml') return
  const done = outcomes.filter((outcome): outcome is ChangeDone => 'objects' in outcome)
  if (done.length === 0) return
  const printed = toPrinted(done, { showManagedFields })
  stdout(format === 'json' ? toJson(printed) : await toYaml(printed))
}

async function diffOf({ service, objects }: ChangeDone, { output }: PrintOptions): Promise<string> {
  const { renderDiff } = await import('../../report/change/diff-text.ts')
  const [before, after] = await Promise.all(
    [objects.before, objects.after].map((one) => toYaml(comparable(one))),
  )
  // kubectl diff names the two sides like this, as files of an object.
  const file = `v1.Service.${service.namespace}.${service.name}`
  return renderDiff(before!, after!, { before: `LIVE/${file}`, after: `MERGED/${file}` }, output.style)
}
