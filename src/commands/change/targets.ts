import type { FlagValues } from '../../cli/base-command.ts'
import type { changeFlags } from './flags.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { ChangeRequest } from '../../change/request.ts'
import type { ServiceRef } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { parseServiceQuery, type ServiceQuery } from '../../snapshot/query.ts'

/** What was named: words and selectors, or files. */
export type Selection = { kind: 'query'; query: ServiceQuery } | { kind: 'files'; names: readonly string[] }

export type SelectionFlags = Pick<
  FlagValues<typeof changeFlags>,
  'all' | 'all-namespaces' | 'filename' | 'recursive' | 'selector'
>

/** Throws UserError for words and flags that do not go together. */
export function selectionOf(words: readonly string[], flags: SelectionFlags, verb: string): Selection {
  const { all, selector, filename: files = [], 'all-namespaces': allNamespaces, recursive } = flags
  if (files.length === 0) {
    if (recursive) throw usage('--recursive needs --filename')
    if (words.length === 0 && allNamespaces && !all && selector === undefined) {
      throw usage('--all-namespaces needs --all or --selector')
    }
    return { kind: 'query', query: parseServiceQuery(words, { all, allNamespaces, selector }, verb) }
  }
  if (words.length > 0 || all || allNamespaces || selector !== undefined) {
    throw usage('when paths are provided as input, you may not specify names, --all, -A or a selector')
  }
  return { kind: 'files', names: files }
}

/** The flags that select the same Services again. */
export function selectionWords(selection: Selection): string | undefined {
  if (selection.kind === 'files' || selection.query.kind === 'names') return undefined
  const { selector } = selection.query
  return selector === undefined ? '--all' : `-l ${quoted(selector)}`
}

function quoted(selector: string): string {
  return /^[\w./=,-]+$/.test(selector) ? selector : `'${selector}'`
}

/** The Services that files name, in the cluster. Throws UserError where there is none. */
export async function servicesInFiles(
  cluster: Cluster,
  files: readonly SourceFile[],
  request: ChangeRequest,
  namespaceFlag: string | undefined,
): Promise<ServiceRef[]> {
  const { editManifest } = await import('../../change/manifest/edit.ts')
  const refs = files.flatMap(({ name: file, text }) =>
    editManifest(text, request, file).services.map(({ before: { metadata } }) => {
      const { name, namespace } = metadata
      if (namespaceFlag !== undefined && namespace !== undefined && namespace !== namespaceFlag) {
        throw usage(
          `the namespace from the provided object "${namespace}" does not match the namespace "${namespaceFlag}". You must pass '--namespace=${namespace}' to perform this operation.`,
        )
      }
      return { namespace: namespace ?? cluster.namespace, name }
    }),
  )
  if (refs.length === 0) throw noServices(files)
  return refs
}

export function noServices(files: readonly SourceFile[]): UserError {
  return files.length === 0
    ? new UserError('there is no file that ends with .json, .yaml or .yml', {
        hints: ['-R looks into the folders below as well'],
      })
    : new UserError(`there is no Service in ${files.map(({ name }) => JSON.stringify(name)).join(', ')}`)
}

function usage(message: string): UserError {
  return new UserError(message, { exitCode: 2 })
}
