import { explainProblem } from '../../change/write/problems.ts'
import type { From, To } from '../../change/carry/choose.ts'
import type { ChangeRequest } from '../../model/affinity/change.ts'
import { changeSteps } from '../../change/steps.ts'
import type { WithCluster } from '../../cli/oclif/base-command.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { usageError } from '../../model/common/user-error.ts'
import type { Selection } from '../../change/targets.ts'
import { exitCodes } from '../../cli/errors.ts'
import type { ChangeFlagValues } from './flags.ts'
import { identifyModeOf } from '../probe/flags/values.ts'
import { Printer, type ChangeFormat, changeFormats } from './print.ts'
import { proberOf } from './prober.ts'
import { readFormat } from '../../cli/flags/values.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { isOfType, resourceName } from '../../model/cluster/object.ts'
import { anyKind, type TargetKind } from '../../model/affinity/target.ts'
import { parseQuery } from '../../model/targets/parse.ts'
import { shellWord } from '../../model/common/words/shell.ts'

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
  const isInFront =
    from !== undefined || to !== undefined || (await isAboutFronts(request, selection, flags.with))
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
async function isAboutFronts(
  request: ChangeRequest,
  selection: Selection,
  named: string | undefined,
): Promise<boolean> {
  if (named !== undefined || (request.verb === 'enable' && request.by !== undefined)) return true
  if (selection.kind === 'files') return await holdFrontsOnly(selection.files)
  if (selection.query.kind === 'list') return selection.query.of.name !== serviceKind.name
  const { targets } = selection.query
  const others = targets.filter(({ kind }) => kind.name !== serviceKind.name)
  if (others.length > 0 && others.length < targets.length)
    throw usageError('Services and what stands in front of them are changed one after the other')
  return others.length > 0
}

/** Files that hold what stands in front of Services, and no Service that could be meant. */
async function holdFrontsOnly(files: readonly SourceFile[]): Promise<boolean> {
  const { objectsOf, targetsAmong } = await import('../../change/manifest/targets.ts')
  const objects = objectsOf(files)
  return (
    !objects.some((one) => isOfType(one, serviceKind.type)) && targetsAmong(objects, undefined).length > 0
  )
}

/** What was named. Rejects with UserError for words and flags that do not go together, and files that cannot be read. */
async function readSelection(
  words: readonly string[],
  flags: ChangeFlagValues,
  verb: string,
): Promise<Selection> {
  const { all, selector, filename: names = [], 'all-namespaces': allNamespaces, recursive } = flags
  if (names.length === 0) {
    if (recursive) throw usageError('--recursive needs --filename')
    if (words.length === 0 && allNamespaces && !all && selector === undefined)
      throw usageError('--all-namespaces needs --all or --selector')
    const asked = {
      verb,
      kinds: [anyKind(serviceKind), ...(await kindsInFront(words, all || selector !== undefined))],
    } as const
    return { kind: 'query', query: parseQuery(words, { all, allNamespaces, selector }, asked) }
  }
  if (words.length > 0 || all || allNamespaces || selector !== undefined)
    throw usageError('when paths are provided as input, you may not specify names, --all, -A or a selector')
  const { readFiles } = await import('../../snapshot/files/read.ts')
  const files = await Array.fromAsync(readFiles(names, recursive, process.stdin))
  return { kind: 'files', files, namespace: flags.namespace }
}

/** Loaded only where something else than a Service is named. */
async function kindsInFront(words: readonly string[], isList: boolean): Promise<readonly TargetKind[]> {
  const isService = (word: string): boolean =>
    [serviceKind.name, ...serviceKind.words].includes(word.toLowerCase())
  const [first = ''] = words
  const kinds = words.filter((word) => word.includes('/')).map((word) => word.slice(0, word.indexOf('/')))
  // `ingress -l app=shop`: the name of a Service may be that of a kind, too, but goes with no selector.
  const isPair = (words.length > 1 || isList) && first !== '' && !first.includes('/')
  // Where nothing is named, an error says what could be.
  const isNothing = words.length === 0 && !isList
  if (!isNothing && [...kinds, ...(isPair ? [first] : [])].every(isService)) return []
  const [{ targetKinds }, { changes }] = await Promise.all([
    import('../../mechanisms/index.ts'),
    import('../../mechanisms/changes.ts'),
  ])
  const types = new Set(changes.flatMap((one) => one.targets).map(resourceName))
  return targetKinds.slice(1).filter(({ type }) => types.has(resourceName(type)))
}

/** The flags that select the same Services again. */
function selectionWords(selection: Selection): string | undefined {
  if (selection.kind === 'files' || selection.query.kind === 'names') return undefined
  const { selector } = selection.query
  return selector === undefined ? '--all' : `-l ${shellWord(selector)}`
}

/** The format of `-o`. Throws UserError for one that there is not, or that does not go with the other flags. */
function formatOf({ output, diff }: ChangeFlagValues): ChangeFormat {
  const format = readFormat(output, changeFormats)
  if (diff && format !== 'text') throw usageError('--diff and --output cannot be used together')
  return format
}
