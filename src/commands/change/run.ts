import type { Cluster } from '../../cluster/index.ts'
import { readServices } from '../../change/read.ts'
import { type ChangeTargets, changeServices } from '../../change/run.ts'
import { explainProblem, explainWaitProblem } from '../../change/problems.ts'
import type { ChangeRequest } from '../../change/request.ts'
import { exitCodes, explainFailure } from '../../cli/errors.ts'
import type { FlagValues, WithCluster } from '../../cli/base-command.ts'
import type { Interrupt } from '../../cli/interrupt.ts'
import type { changeFlags } from './flags.ts'
import { standardOutput } from '../../cli/output.ts'
import type { ChangeOutcome } from '../../model/change.ts'
import { unknownFormat, UserError } from '../../model/user-error.ts'
import type { WaitReport } from '../../report/change/wait.ts'
import { createStyle } from '../../report/terminal.ts'
import { readFiles, type SourceFile } from '../../snapshot/files/read.ts'
import { resolveServices } from '../../snapshot/targets.ts'
import { type ChangeFormat, changeFormats, type PrintOptions, printObjects, printOutcome } from './print.ts'
import { type Selection, selectionOf, selectionWords, servicesInFiles } from './targets.ts'
import { connectionFlags } from '../connection-flags.ts'

export type ChangeFlagValues = FlagValues<typeof changeFlags> & { force?: boolean }

/** What `enable` and `disable` do; a cluster is opened only when it is needed. Resolves with the exit code. */
export async function runChange(
  request: ChangeRequest,
  words: readonly string[],
  flags: ChangeFlagValues,
  withCluster: WithCluster,
): Promise<number> {
  const format = formatOf(flags)
  const selection = selectionOf(words, flags, request.verb)
  const dryRun = flags['dry-run']
  const files =
    selection.kind === 'files'
      ? await Array.fromAsync(readFiles(selection.names, flags.recursive, process.stdin))
      : []
  if (selection.kind === 'files' && dryRun === 'client' && (format === 'yaml' || format === 'json')) {
    const { printManifests } = await import('./manifests.ts')
    process.stdout.write(printManifests(files, request, format))
    return 0
  }
  return await withCluster(
    async ({ cluster, interrupt }) => {
      const targets = await findTargets(cluster, selection, files, request, flags, interrupt.first)
      const options = {
        request,
        dryRun,
        force: flags.force === true,
        forceConflicts: flags['force-conflicts'],
      }
      const signals = { interrupted: interrupt.first, abandoned: interrupt.second }
      const { count, outcomes } = await changeServices(cluster, targets, options, signals)
      const changedAtMs = performance.now()
      const print = printOptions(flags, format, count)
      const done = await printAll(outcomes, print)
      await close(done, print, { flags: connectionFlags(flags), selection: selectionWords(selection) })
      if (count === 0) process.stderr.write(`${nothingFound(selection.kind, flags, cluster)}\n`)
      const exitCode = exitCodeOf(done, interrupt)
      if (!flags.wait || dryRun !== 'none' || interrupt.first.aborted) return exitCode
      const isServed = await isServedInTime(cluster, done, flags, { interrupt, changedAtMs, print })
      return isServed ? exitCode : (interrupt.exitCode ?? exitCodes.error)
    },
    {
      whenInterrupted: 'interrupted before anything was changed',
      explain: (error, { namespace }) => explainProblem(error, namespace),
    },
  )
}

/** The changes are made; whatever goes wrong with the waiting must not look as if they were not. */
async function isServedInTime(
  cluster: Cluster,
  done: readonly ChangeOutcome[],
  flags: ChangeFlagValues,
  { interrupt, changedAtMs, print }: { interrupt: Interrupt; changedAtMs: number; print: PrintOptions },
): Promise<boolean> {
  const [{ waitUntilServed }, { renderWait }] = await Promise.all([
    import('./wait.ts'),
    import('../../report/change/wait.ts'),
  ])
  const say = (report: WaitReport): void => {
    const { answer, problems } = renderWait(report)
    if (print.format === 'text') print.stdout(answer)
    else print.stderr(answer)
    print.stderr(problems)
  }
  try {
    return await waitUntilServed(cluster, done, flags, { interrupt, changedAtMs, say })
  } catch (error) {
    const { lines } = explainFailure(explainWaitProblem(error), { flags: [] })
    const what = interrupt.first.aborted ? ['interrupted'] : lines
    print.stderr(`the change is made, but it is not known whether it is served:\n${what.join('\n')}\n`)
    return false
  }
}

async function findTargets(
  cluster: Cluster,
  selection: Selection,
  files: readonly SourceFile[],
  request: ChangeRequest,
  flags: ChangeFlagValues,
  signal: AbortSignal,
): Promise<ChangeTargets> {
  if (selection.kind === 'files') {
    const named = await servicesInFiles(cluster, files, request, flags.namespace)
    return { named, found: readServices(cluster, named, signal) }
  }
  const { query } = selection
  if (query.kind === 'list') return { found: resolveServices(cluster, query, signal) }
  const named = query.names.map((name) => ({ namespace: cluster.namespace, name }))
  return { named, found: readServices(cluster, named, signal) }
}

function formatOf({ output, diff }: ChangeFlagValues): ChangeFormat {
  const format = changeFormats.find((name) => name === output)
  if (format === undefined) throw unknownFormat(output, changeFormats)
  if (diff && format !== 'text') {
    throw new UserError('--diff and --output cannot be used together', { exitCode: exitCodes.usage })
  }
  return format
}

function printOptions(flags: ChangeFlagValues, format: ChangeFormat, count: number): PrintOptions {
  return {
    format,
    diff: flags.diff,
    dryRun: flags['dry-run'],
    showNamespace: flags['all-namespaces'],
    showManagedFields: flags['show-managed-fields'],
    count,
    output: standardOutput(process),
    said: new Set(),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  }
}

async function printAll(
  outcomes: AsyncIterable<ChangeOutcome>,
  options: PrintOptions,
): Promise<ChangeOutcome[]> {
  const done: ChangeOutcome[] = []
  for await (const outcome of outcomes) {
    done.push(outcome)
    await printOutcome(outcome, options)
  }
  await printObjects(done, options)
  return done
}

/** What comes after the outcomes: the sum, the way back and the proof for people; warnings for everybody. */
async function close(
  done: readonly ChangeOutcome[],
  { format, output, dryRun, stdout, stderr }: PrintOptions,
  next: { flags: string; selection: string | undefined },
): Promise<void> {
  const { renderNext, renderWarnings, summaryLine } = await import('../../report/change/text.ts')
  const { nextSteps } = await import('../../report/change/next.ts')
  if (format === 'text') {
    const summary = summaryLine(done, dryRun)
    if (summary !== undefined) stdout(`${summary}\n`)
    if (dryRun === 'none') stdout(renderNext(nextSteps(done, next), output))
  }
  stderr(renderWarnings(done, createStyle({ isTTY: process.stderr.isTTY, env: process.env })))
}

function exitCodeOf(done: readonly ChangeOutcome[], interrupt: Interrupt): number {
  const isComplete = done.every(({ kind }) => kind === 'patched' || kind === 'unchanged')
  if (isComplete) return 0
  return interrupt.exitCode ?? exitCodes.error
}

function nothingFound(kind: 'query' | 'files', flags: ChangeFlagValues, cluster: Cluster): string {
  return kind === 'files' || flags['all-namespaces']
    ? 'No resources found'
    : `No resources found in ${cluster.namespace} namespace.`
}
