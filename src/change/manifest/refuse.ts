import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import { usageError, UserError } from '../../model/common/user-error.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'

/** What a file alone tells to be of no use. Throws UserError; the cluster would be asked for everything else. */
export function refuseInFile({ metadata, spec }: Service): void {
  const why =
    spec.type === 'ExternalName'
      ? 'an ExternalName Service is an alias in DNS: what it leads to decides'
      : spec.clusterIP === 'None'
        ? 'a headless Service has no address of its own: clients pick a pod themselves'
        : undefined
  if (why !== undefined) throw new UserError(`service/${metadata.name} not changed: ${why}`)
}

/** Throws UserError (usage) for an object of another namespace than the one that was asked for, as kubectl refuses it. */
export function refuseOtherNamespace(
  { namespace }: Pick<KubernetesObject['metadata'], 'namespace'>,
  asked: string | undefined,
): void {
  if (asked === undefined || namespace === undefined || namespace === asked) return
  throw usageError(
    `the namespace from the provided object "${namespace}" does not match the namespace "${asked}"`,
    { remedy: 'namespace-of-object', namespace },
  )
}

/** What to say about files that hold no Service. */
export function noServices(files: readonly SourceFile[]): UserError {
  return files.length === 0
    ? new UserError('there is no file that ends with .json, .yaml or .yml', {
        hints: [{ remedy: 'read-folders-below' }],
      })
    : new UserError(`there is no Service in ${files.map(({ name }) => JSON.stringify(name)).join(', ')}`)
}
