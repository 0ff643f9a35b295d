import type { Cluster } from '../cluster/index.ts'
import { conclude, differencesOf, overallResult } from '../judge/comparison.ts'
import type { ComparedRun, ComparisonKind, ProbeComparison } from '../model/comparison.ts'
import type { ProbeResult } from '../model/probe-result.ts'
import type { ProbeOptions } from '../probe/plan.ts'
import { type ProbeSurroundings, runProbe } from '../probe/run.ts'

export interface Side {
  title: string
  options: ProbeOptions
}

export interface SideBySideSurroundings extends Omit<ProbeSurroundings, 'report'> {
  progress: ProbeSurroundings['progress'] & { startOver: () => void }
  /** Called with both results before the clean-up, so that nobody waits for it. */
  report: (comparison: ProbeComparison) => Promise<void>
  /** Called instead with the first one when there will be no second: interrupted. */
  reportFirst: (result: ProbeResult) => Promise<void>
}

/**
 * Probes two Services one after the other, from the same node, as every node picks for itself.
 * Rejects as runProbe does, and with the reason of `interrupted` when that came between the two.
 */
export async function probeSideBySide(
  cluster: Cluster,
  {
    kind,
    change,
    sides,
    notes,
  }: Pick<ProbeComparison, 'kind' | 'change' | 'notes'> & { sides: readonly [Side, Side] },
  { report, reportFirst, ...surroundings }: SideBySideSurroundings,
): Promise<ProbeComparison> {
  const { progress, interrupted } = surroundings
  const [one, two] = sides
  progress.note(`1 of 2: ${one.title}`)
  const first = await runProbe(cluster, one.options, {
    ...surroundings,
    report: async (result) => {
      if (interrupted.aborted) await reportFirst(result)
    },
  })
  interrupted.throwIfAborted()
  progress.startOver()
  progress.note(`2 of 2: ${two.title}`)
  const node = two.options.node ?? first.client.node
  const compared: ProbeComparison[] = []
  await runProbe(
    cluster,
    { ...two.options, ...(node === undefined ? {} : { node }) },
    {
      ...surroundings,
      report: async (second) => {
        const runs = [
          { title: one.title, result: first },
          { title: two.title, result: second },
        ] as const
        const comparison = {
          kind,
          ...(change === undefined ? {} : { change }),
          ...together(kind, runs),
          notes,
        }
        compared.push(comparison)
        await report(comparison)
      },
    },
  )
  return compared[0]!
}

function together(
  kind: ComparisonKind,
  runs: readonly [ComparedRun, ComparedRun],
): Pick<ProbeComparison, 'runs' | 'differences' | 'conclusion' | 'result'> {
  return {
    runs,
    differences: differencesOf(runs),
    conclusion: conclude(kind, runs),
    result: overallResult(kind, runs),
  }
}
