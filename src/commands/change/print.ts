import { stderr, stdout } from '../../cli/terminal.ts'
import type { ChangeStep } from '../../change/steps.ts'
import { explainFailure } from '../../cli/errors.ts'
import { type Output, standardOutput } from '../../cli/output.ts'
import { writeProblem } from '../../cli/problem.ts'
import { hintText } from '../../cli/remedies.ts'
import type { ChangeDone, ChangeFailed, ChangeOutcome, WaitReport } from '../../model/affinity/change.ts'
import { toJson, toPrinted, toYaml } from '../../report/change/objects.ts'
import { targetName } from '../../model/targets/command.ts'
import { resultLine } from '../../report/change/words.ts'
import { connectionFlags } from '../../cli/flags/connection.ts'
import type { ChangeFlagValues } from './flags.ts'

export const changeFormats = ['json', 'name', 'text', 'yaml'] as const

export type ChangeFormat = (typeof changeFormats)[number]

/** What the printed words say about where was looked. */
interface Where {
  /** The only one that was looked in. */
  namespace?: string
  /** The flags that select the same Services again. */
  selection: string | undefined
}

/** Prints the steps of a change as they come: the answer on stdout, failures and warnings on stderr. */
export class Printer {
  readonly #format: ChangeFormat
  readonly #flags: ChangeFlagValues
  readonly #where: Where
  readonly #output: Output = standardOutput(process)
  /** Advice that was given already. */
  readonly #said = new Set<string>()
  #count = 0

  constructor(format: ChangeFormat, flags: ChangeFlagValues, where: Where) {
    this.#format = format
    this.#flags = flags
    this.#where = where
  }

  /** Prints a step. */
  async print(step: ChangeStep): Promise<void> {
    if (step.kind === 'found') this.#count = step.count
    else if (step.kind === 'outcome') await this.#outcome(step.outcome)
    else if (step.kind === 'changed') await this.#end(step.outcomes)
    else if (step.kind === 'wait') await this.#wait(step.report)
    else await this.#untold(step.error)
  }

  /** Objects wait for the others, as they may become one List. */
  async #outcome(outcome: ChangeOutcome): Promise<void> {
    const shown = { dryRun: this.#flags['dry-run'], showNamespace: this.#flags['all-namespaces'] }
    if (outcome.kind === 'failed') await writeProblem(this.#failure(outcome))
    else if (outcome.kind === 'skipped')
      await writeProblem([`${targetName(outcome.target)} not changed: interrupted`])
    else if (this.#format === 'name') stdout.write(`${targetName(outcome.target)}\n`)
    else if (this.#flags.diff) stdout.write(`${resultLine(outcome, shown)}\n${await this.#diff(outcome)}`)
    else if (this.#format === 'text') {
      const { renderChange } = await import('../../report/change/text.ts')
      stdout.write(renderChange(outcome, { ...this.#output, ...shown, compact: this.#count > 5 }))
    }
  }

  /** A failure of one of several Services says whose it is, and the same advice only once. */
  #failure({ target, error }: ChangeFailed): string[] {
    const [first = '', ...advice] = explainFailure(error, { flags: [] }).lines
    const whose = first.includes(target.name)
      ? first
      : `error: ${targetName(target)} not changed: ${first.replace(/^error: /, '')}`
    const text = advice.join('\n')
    const isNew = text !== '' && !this.#said.has(text)
    this.#said.add(text)
    return [whose, ...(isNew ? advice : [])]
  }

  async #diff({ objects }: ChangeDone): Promise<string> {
    const { objectDiffs } = await import('../../report/change/diff-text.ts')
    return await objectDiffs(objects, this.#output.style)
  }

  /** What comes after the outcomes: the sum, the way back and the proof for people; warnings for everybody. */
  async #end(outcomes: readonly ChangeOutcome[]): Promise<void> {
    await this.#objects(outcomes)
    const { renderNext, summaryLine, warningLines } = await import('../../report/change/text.ts')
    const { nextSteps } = await import('../../report/change/next.ts')
    const dryRun = this.#flags['dry-run']
    if (this.#format === 'text') {
      const summary = summaryLine(outcomes, dryRun)
      if (summary !== undefined) stdout.write(`${summary}\n`)
      const next = { flags: connectionFlags(this.#flags), selection: this.#where.selection }
      if (dryRun === 'none') stdout.write(renderNext(nextSteps(outcomes, next), this.#output))
    }
    await writeProblem(warningLines(outcomes, hintText))
    const { namespace } = this.#where
    if (this.#count === 0)
      stderr.write(`No resources found${namespace === undefined ? '' : ` in ${namespace} namespace.`}\n`)
  }

  async #objects(outcomes: readonly ChangeOutcome[]): Promise<void> {
    if (this.#format !== 'json' && this.#format !== 'yaml') return
    const done = outcomes.filter((outcome): outcome is ChangeDone => 'objects' in outcome)
    if (done.length === 0) return
    const printed = toPrinted(done, { showManagedFields: this.#flags['show-managed-fields'] })
    stdout.write(this.#format === 'json' ? toJson(printed) : await toYaml(printed))
  }

  async #wait(report: WaitReport): Promise<void> {
    const { renderWait } = await import('../../report/change/wait.ts')
    const { answer, problems } = renderWait(report)
    if (this.#format === 'text') stdout.write(answer)
    else stderr.write(answer)
    stderr.write(problems)
  }

  async #untold(error: unknown): Promise<void> {
    const lines = error === undefined ? ['interrupted'] : explainFailure(error, { flags: [] }).lines
    await writeProblem(['the change is made, but it is not known whether it is served:', ...lines])
  }
}
