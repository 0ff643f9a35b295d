import { explainProblem } from '../../change/problems.ts'
import type { ChangeRequest } from '../../model/intent.ts'
import { changeSteps } from '../../change/steps.ts'
import type { WithCluster } from '../../cli/base-command.ts'
import { exitCodes } from '../../cli/errors.ts'
import { type ChangeFlagValues, formatOf, readSelection, selectionWords } from './options.ts'
import { Printer } from './print.ts'
import { proberOf } from './prober.ts'

const defaultWaitMs = 60_000

const now = (): number => performance.now()

/** What `enable` and `disable` do; a cluster is opened only when it is needed. Resolves with the exit code. */
export async function runChange(
  request: ChangeRequest,
  words: readonly string[],
  flags: ChangeFlagValues,
  withCluster: WithCluster,
): Promise<number> {
  const format = formatOf(flags)
  const selection = await readSelection(words, flags, request.verb)
  const dryRun = flags['dry-run']
  if (selection.kind === 'files' && dryRun === 'client' && (format === 'yaml' || format === 'json')) {
    const { printManifests } = await import('./manifests.ts')
    printManifests(selection.files, request, format)
    return 0
  }
  const force = { force: flags.force === true, forceConflicts: flags['force-conflicts'] }
  const { image, path, wait, 'wait-timeout': limitMs = defaultWaitMs } = flags
  return await withCluster(
    async ({ cluster, interrupt }) => {
      const printer = new Printer(format, flags, {
        ...(flags['all-namespaces'] || selection.kind === 'files' ? {} : { namespace: cluster.namespace }),
        selection: selectionWords(selection),
      })
      const ask = proberOf(cluster, { image, path, now }, interrupt)
      const steps = changeSteps(
        cluster,
        { request, dryRun, ...force, selection, wait: wait ? { ask, limitMs, now } : undefined },
        { interrupted: interrupt.first, abandoned: interrupt.second },
      )
      for (;;) {
        const step = await steps.next()
        if (step.done !== true) await printer.print(step.value)
        else return step.value ? 0 : (interrupt.exitCode ?? exitCodes.error)
      }
    },
    {
      whenInterrupted: 'interrupted before anything was changed',
      explain: (error, { namespace }) => explainProblem(error, namespace),
    },
  )
}
