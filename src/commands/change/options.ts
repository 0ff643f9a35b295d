import type { Selection } from '../../change/targets.ts'
import { usageError } from '../../model/common/user-error.ts'
import { readFormat } from '../../cli/flags/values.ts'
import { readFiles } from '../../snapshot/files/read.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { resourceName } from '../../model/cluster/object.ts'
import { anyKind, type TargetKind } from '../../model/affinity/target.ts'
import { parseQuery } from '../../model/targets/parse.ts'
import type { ChangeFlagValues } from './flags.ts'
import { type ChangeFormat, changeFormats } from './print.ts'
import { shellWord } from '../../model/common/shell.ts'

/** What was named. Rejects with UserError for words and flags that do not go together, and files that cannot be read. */
export async function readSelection(
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
export function selectionWords(selection: Selection): string | undefined {
  if (selection.kind === 'files' || selection.query.kind === 'names') return undefined
  const { selector } = selection.query
  return selector === undefined ? '--all' : `-l ${shellWord(selector)}`
}

/** The format of `-o`. Throws UserError for one that there is not, or that does not go with the other flags. */
export function formatOf({ output, diff }: ChangeFlagValues): ChangeFormat {
  const format = readFormat(output, changeFormats)
  if (diff && format !== 'text') throw usageError('--diff and --output cannot be used together')
  return format
}
