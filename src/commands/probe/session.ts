import { stdout } from '../../cli/terminal.ts'
import type { Interrupt } from '../../cli/interrupt.ts'
import { exitCodes } from '../../cli/errors.ts'
import { standardOutput } from '../../cli/output.ts'
import type { Cluster } from '../../cluster/index.ts'
import { targetKinds } from '../../mechanisms/index.ts'
import type { ProbeSurvey } from '../../model/probe/results/survey.ts'
import type { Verdict } from '../../model/probe/results/verdict.ts'
import type { ProbeOptions } from '../../probe/plan/options.ts'
import type { ProbeFlags } from './flags/definitions.ts'
import type { ProbeStep, RunControl } from '../../probe/steps.ts'
import type { Progress } from '../../report/probe/live/progress.ts'
import { type ProbeFormat, renderProbe } from '../../report/probe/render.ts'
import { commandFor, serviceTarget } from '../../model/targets/command.ts'

/** One call of `probe`: what every way to probe gets. The caller closes and stops what is in it. */
export interface ProbeSession {
  cluster: Cluster
  options: ProbeOptions
  /** For a way to probe with flags of its own. */
  flags: ProbeFlags
  format: ProbeFormat
  progress: Progress
  interrupt: Interrupt
}

/** A way to probe: runs to the end of its report and resolves with the exit code that its verdict means. */
export type ProbeMode = (session: ProbeSession) => Promise<number>

/** Who reads the stream of a probe beside the live view. */
export interface Readers {
  /** Is told each step before anybody else. */
  tell?: (step: ProbeStep) => void
  /** Prints what was found, before anything is cleaned up. */
  report: (result: ProbeSurvey) => Promise<void> | void
}

/** Reads the stream of a probe to its end: shows how it goes, and has the result reported. */
export async function follow(
  steps: AsyncIterable<ProbeStep>,
  progress: Progress,
  { tell, report }: Readers,
): Promise<ProbeSurvey> {
  let found: ProbeSurvey | undefined
  for await (const step of steps) {
    tell?.(step)
    if (step.kind === 'stage' || step.kind === 'note') progress[step.kind](step.text)
    else if (step.kind === 'state') progress.update(step.state)
    else if (step.kind === 'result') {
      found = step.result
      await report(found)
    }
  }
  if (found === undefined) throw new Error('a probe ended without a result')
  return found
}

/** Prints a result in its format, with what the reader may want to do next. */
export async function print(
  result: ProbeSurvey,
  { format, progress }: Pick<ProbeSession, 'format' | 'progress'>,
): Promise<void> {
  progress.stop()
  const shown = { ...standardOutput(process), next: nextSteps(result) }
  stdout.write(await renderProbe(result, format, shown))
}

/** What the reader may want to do next: only commands that exist. */
export function nextSteps({ service, target: named, verdict, sole }: ProbeSurvey): string[] {
  const isExplained = named !== undefined && targetKinds.some(({ name }) => name === named.kind)
  const target = isExplained ? named : serviceTarget(service)
  if (verdict.result === 'differs') return [commandFor('explain', target)]
  const isPlain = sole && verdict.result === 'as-expected' && service.policy.kind === 'none'
  return isPlain ? [commandFor('enable', target, '--timeout 3h')] : []
}

/** When a session's run ends other than by itself. */
export function controlOf({ interrupt }: Pick<ProbeSession, 'interrupt'>): RunControl {
  return { interrupted: interrupt.first, abandoned: interrupt.second }
}

/** 0, 3 or 4, as help says. */
export function exitCodeOf(result: Verdict['result']): number {
  if (result === 'differs') return exitCodes.differs
  return result === 'inconclusive' ? exitCodes.inconclusive : 0
}
