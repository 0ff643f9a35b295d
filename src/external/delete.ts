import { type Cluster, isConflict, isNotFound } from '../cluster/index.ts'
import { servicePath, slicePath } from '../cluster/paths.ts'
import type { DryRun } from '../model/affinity/change.ts'
import type { EndpointSlice, Service } from '../model/cluster/kubernetes.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { UserError } from '../model/common/user-error.ts'
import { notFound } from '../snapshot/cluster/targets.ts'
import { externalLabel, externalManager, originAnnotation } from '../model/cluster/external.ts'
import { readExisting } from './read.ts'
import { ownSlices } from './refuse/refuse.ts'
import { commandLine } from '../model/targets/command.ts'

export interface ExternalDeleteOptions {
  dryRun: DryRun
  signal: AbortSignal
}

/** What was removed, as kubectl names it: `service/backend`; an adopted Service stays. */
export interface Deleted {
  deleted: readonly string[]
  kept: string | undefined
}

/** Removes what this command made for a Service, and nothing else. */
export async function deleteExternal(
  cluster: Cluster,
  ref: NamespacedName,
  { dryRun, signal }: ExternalDeleteOptions,
): Promise<Deleted> {
  const existing = await readExisting(cluster, ref, signal)
  const { service } = existing
  const slices = ownSlices(existing)
  if (service === undefined && slices.length === 0) throw notFound(ref, undefined)
  const mark = service?.metadata.labels?.[externalLabel]
  if (service !== undefined && mark === undefined && slices.length === 0)
    throw new UserError(`service/${ref.name} was not made by this command: nothing is deleted`, {
      hints: [
        `see what was:  ${commandLine('external list', { namespace: ref.namespace })}`,
        `delete it nevertheless:  kubectl delete svc ${ref.name} -n ${ref.namespace}`,
      ],
    })
  const query = dryRun === 'server' ? { dryRun: 'All' } : {}
  const isMade = mark === 'made'
  const deleted: string[] = []
  const remove = async (path: string, object: Service | EndpointSlice, name: string): Promise<void> => {
    const { uid } = object.metadata
    if (dryRun !== 'client') {
      try {
        await cluster.delete(path, {
          preconditions: uid === undefined ? {} : { uid },
          dryRun: dryRun === 'server',
          signal,
        })
      } catch (error) {
        // Somebody was faster, or it is another one by now, which is not ours.
        if (!isNotFound(error) && !isConflict(error)) throw error
      }
    }
    deleted.push(name)
  }
  if (service !== undefined && isMade)
    await remove(servicePath(ref.namespace, ref.name), service, `service/${ref.name}`)
  for (const slice of slices) {
    const { name } = slice.metadata
    await remove(slicePath(ref.namespace, name), slice, `endpointslice.discovery.k8s.io/${name}`)
  }
  if (service === undefined || isMade) return { deleted, kept: undefined }
  if (mark !== undefined && dryRun !== 'client')
    await cluster.patch(
      servicePath(ref.namespace, ref.name),
      {
        type: 'merge',
        fieldManager: externalManager,
        body: {
          metadata: { labels: { [externalLabel]: null }, annotations: { [originAnnotation]: null } },
        },
      },
      { query, signal },
    )
  return { deleted, kept: `service/${ref.name}` }
}
