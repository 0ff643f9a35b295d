import { explainProblem } from '../../change/write/problems.ts'
import type { From, To } from '../../change/carry/choose.ts'
import type { ChangeRequest } from '../../model/affinity/intent.ts'
import { changeSteps } from '../../change/steps.ts'
import type { WithCluster } from '../../cli/oclif/base-command.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { usageError } from '../../model/common/user-error.ts'
import type { Selection } from '../../change/targets.ts'
import { exitCodes } from '../../cli/errors.ts'
import { formatOf, readSelection, selectionWords } from './options.ts'
import type { ChangeFlagValues } from './flags.ts'
import { identifyModeOf } from '../probe/flags/values.ts'
import { Printer } from './print.ts'
import { proberOf } from './prober.ts'

const defaultWaitMs = 60_000

const now = (): number => performance.now()

interface AskedChange {
  request: ChangeRequest
  /** The target whose affinity is to be taken over. */
  from?: From | undefined
  /** On which mechanism the affinity of the selection is to be had. */
  to?: To | undefined
}

/** What `enable` and `disable` do; a cluster is opened only when it is needed. Resolves with the exit code. */
export async function runChange(
  { request, from, to }: AskedChange,
  words: readonly string[],
  flags: ChangeFlagValues,
  withCluster: WithCluster,
): Promise<number> {
  const format = formatOf(flags)
  const isCookie = request.verb === 'enable' && request.by?.kind === 'cookie'
  if (flags.path !== undefined && !flags.wait && !isCookie && from === undefined && to === undefined)
    throw usageError(`--path needs ${request.verb === 'enable' ? '--cookie or ' : ''}--wait`)
  const selection = await readSelection(words, flags, request.verb)
  const dryRun = flags['dry-run']
  const isInFront = from !== undefined || to !== undefined || isAboutFronts(request, selection, flags.with)
  if (selection.kind === 'files' && dryRun === 'client' && (format === 'yaml' || format === 'json')) {
    const { printManifests } = await import('./manifests.ts')
    await printManifests(selection.files, { request, isInFront, with: flags.with, from, to }, format)
    return 0
  }
  const force = { force: flags.force === true, forceConflicts: flags['force-conflicts'] }
  const { identify = 'auto', image, path = '/', wait, 'wait-timeout': limitMs = defaultWaitMs } = flags
  const mode = identifyModeOf(identify)
  return await withCluster(
    async ({ cluster, interrupt }) => {
      const printer = new Printer(format, flags, {
        ...(flags['all-namespaces'] || selection.kind === 'files' ? {} : { namespace: cluster.namespace }),
        selection: selectionWords(selection),
      })
      const ask = proberOf(cluster, { image, path, identify: mode, now }, interrupt)
      const steps = changeSteps(
        cluster,
        {
          request,
          isInFront,
          with: flags.with,
          from,
          to,
          dryRun,
          ...force,
          selection,
          wait: wait ? { ask, limitMs, now } : undefined,
        },
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

/** Cookies and headers, and everything that is no Service. */
function isAboutFronts(request: ChangeRequest, selection: Selection, named: string | undefined): boolean {
  if (named !== undefined || (request.verb === 'enable' && request.by !== undefined)) return true
  if (selection.kind === 'files') return false
  if (selection.query.kind === 'list') return selection.query.of.name !== serviceKind.name
  const { targets } = selection.query
  const others = targets.filter(({ kind }) => kind.name !== serviceKind.name)
  if (others.length > 0 && others.length < targets.length)
    throw usageError('Services and what stands in front of them are changed one after the other')
  return others.length > 0
}
