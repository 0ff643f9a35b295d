import type { Cluster } from '../cluster/index.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import type { SourceFile } from '../snapshot/files/read.ts'
import type { TargetQuery } from '../model/targets/parse.ts'
import { readOne, type ResolvedService, resolveServices } from '../snapshot/cluster/targets.ts'
import { mapOrdered } from './ordered.ts'
import { noServices, refuseOtherNamespace } from './manifest/refuse.ts'
import type { ChangeRequest } from '../model/affinity/change.ts'

/** Services that are read at the same time. */
const parallel = 10

/** What was asked to be changed: Services by name or selector, or those of files. */
export type Selection =
  | { kind: 'query'; query: TargetQuery }
  /** `namespace` is the one that was asked for, if any. */
  | { kind: 'files'; files: readonly SourceFile[]; namespace: string | undefined }

/** What is to be changed. */
export interface ChangeTargets {
  found: AsyncIterable<ResolvedService>
  /** The same by name, where that is known before they are found. */
  named?: readonly NamespacedName[]
}

/** The Services of a selection. Rejects with UserError for files that name none. */
export async function findTargets(
  cluster: Cluster,
  selection: Selection,
  request: ChangeRequest,
  signal: AbortSignal,
): Promise<ChangeTargets> {
  if (selection.kind === 'query' && selection.query.kind === 'list')
    return { found: resolveServices(cluster, selection.query, signal) }
  const named =
    selection.kind === 'files'
      ? await servicesInFiles(cluster, selection, request)
      : namesOf(cluster, selection.query)
  return { named, found: mapOrdered(named, parallel, (ref) => readOne(cluster, ref, signal)) }
}

function namesOf(cluster: Cluster, query: TargetQuery): NamespacedName[] {
  const names = query.kind === 'names' ? query.targets : []
  return names.map(({ name }) => ({ namespace: cluster.namespace, name }))
}

async function servicesInFiles(
  cluster: Cluster,
  { files, namespace: asked }: Extract<Selection, { kind: 'files' }>,
  request: ChangeRequest,
): Promise<NamespacedName[]> {
  const [{ editManifest }, { serviceEdit }] = await Promise.all([
    import('./manifest/edit.ts'),
    import('./manifest/files.ts'),
  ])
  const refs = files.flatMap(({ name: file, text }) =>
    editManifest(text, serviceEdit(request), file).edited.map(({ before: { metadata } }) => {
      const { name, namespace } = metadata
      refuseOtherNamespace(metadata, asked)
      return { namespace: namespace ?? cluster.namespace, name }
    }),
  )
  if (refs.length === 0) throw noServices(files)
  return refs
}
