import type { Cluster } from '../cluster/index.ts'
import type { ChangeOutcome, WaitReport } from '../model/affinity/change.ts'
import type { From, To } from './carry/choose.ts'
import { explainWaitProblem } from './write/problems.ts'
import { type ChangeOptions, changeServices, type ChangeSignals } from './run.ts'
import { findTargets, type Selection } from './targets.ts'
import type { WaitRequest } from './wait.ts'

/** What comes out of a change, in order. */
export type ChangeStep =
  /** How many Services there are. */
  | { kind: 'found'; count: number }
  | { kind: 'outcome'; outcome: ChangeOutcome }
  | { kind: 'changed'; outcomes: readonly ChangeOutcome[] }
  | { kind: 'wait'; report: WaitReport }
  /** The changes are made, and it is not known whether they are served; without an error as it was interrupted. */
  | { kind: 'untold'; error: unknown }

export interface ChangeRun extends ChangeOptions {
  selection: Selection
  /** It is about what stands in front of Services, or about cookies and headers. */
  isInFront: boolean
  /** The mechanism that is to do it, where there is a choice. */
  with: string | undefined
  /** The target whose affinity is to be taken over. */
  from?: From | undefined
  /** On which mechanism the affinity of the selection is to be had. */
  to?: To | undefined
  /** To be waited for until every node serves it. */
  wait?: WaitRequest | undefined
}

/**
 * Changes the Services of a selection. Returns whether all are as they were asked for, and served so where that is waited
 * for. Rejects only before anything is written.
 */
export async function* changeSteps(
  cluster: Cluster,
  { selection, wait, ...options }: ChangeRun,
  signals: ChangeSignals,
): AsyncGenerator<ChangeStep, boolean, undefined> {
  const { interrupted } = signals
  const { count, outcomes } = await begin(cluster, selection, options, signals)
  const changedAtMs = wait?.now() ?? 0
  yield { kind: 'found', count }
  const done: ChangeOutcome[] = []
  for await (const outcome of outcomes) {
    done.push(outcome)
    yield { kind: 'outcome', outcome }
  }
  yield { kind: 'changed', outcomes: done }
  const isComplete = done.every(({ kind }) => kind === 'patched' || kind === 'unchanged')
  if (wait === undefined || options.dryRun !== 'none' || interrupted.aborted) return isComplete
  return (yield* served(cluster, done, { ...wait, changedAtMs }, interrupted)) && isComplete
}

/** Services by their own affinity are changed side by side; what stands in front one after the other. */
async function begin(
  cluster: Cluster,
  selection: Selection,
  options: Omit<ChangeRun, 'selection' | 'wait'>,
  signals: ChangeSignals,
): Promise<{ count: number; outcomes: AsyncIterable<ChangeOutcome> }> {
  if (options.isInFront) {
    const { changeOthers } = await import('./others.ts')
    return await changeOthers(cluster, selection, options, signals)
  }
  const targets = await findTargets(cluster, selection, options.request, signals.interrupted)
  return await changeServices(cluster, targets, options, signals)
}

/** The changes are made; whatever goes wrong with the waiting must not look as if they were not. */
async function* served(
  cluster: Cluster,
  done: readonly ChangeOutcome[],
  wait: WaitRequest & { changedAtMs: number },
  interrupted: AbortSignal,
): AsyncGenerator<ChangeStep, boolean, undefined> {
  try {
    const { waitUntilServed } = await import('./wait.ts')
    const reports = waitUntilServed(cluster, done, wait, interrupted)
    for (;;) {
      const next = await reports.next()
      if (next.done === true) return next.value
      yield { kind: 'wait', report: next.value }
    }
  } catch (error) {
    yield { kind: 'untold', error: interrupted.aborted ? undefined : explainWaitProblem(error) }
    return false
  }
}
