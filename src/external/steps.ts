import type { Cluster } from '../cluster/index.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import { streamOf } from '../model/common/stream.ts'
import { UserError } from '../model/common/user-error.ts'
import { follow } from './follow.ts'
import { Gatherer, type GatherOptions, type GatherRemarks, type BackendSources } from './gather.ts'
import type { ResolveHost } from './origin/read.ts'
import { type ExternalDone, writeExternal, type ExternalOptions } from './write.ts'

/** What comes out of making backends outside a Service, in order. */
export type ExternalStep =
  /** Before anything is written: a mistaken context is seen in time. */
  | { kind: 'clusters'; origin: Cluster; target: Cluster }
  /** An address is pending. */
  | { kind: 'waiting'; text: string }
  | { kind: 'written'; done: ExternalDone; remarks: GatherRemarks }
  /** From here on until it is interrupted. */
  | { kind: 'following'; origin: Cluster; refs: readonly string[] }
  | { kind: 'updated'; done: ExternalDone }
  /** The other cluster does not answer; so many endpoints stay. */
  | { kind: 'lost'; origin: Cluster; reason: string; endpoints: number }
  | { kind: 'back'; origin: Cluster }
  /** Something could not be written or must not be; what there is stays. */
  | { kind: 'problem'; error: unknown }
  | { kind: 'solved' }

export interface ExternalRun extends ExternalOptions {
  ref: NamespacedName
  sources: BackendSources
  /** Of host names. */
  resolve: ResolveHost
  /** How long to wait for an address that is pending; not at all without it. */
  waitMs?: number | undefined
  /** Go on with every change of the other cluster. */
  follow: boolean
}

/** Writes a Service and its endpoints, and follows where they come from if that is asked for. */
export function externalSteps(cluster: Cluster, run: ExternalRun): AsyncGenerator<ExternalStep, void> {
  return streamOf(async (tell, left) => {
    const signal = AbortSignal.any([run.signal, left])
    await writeAndFollow(cluster, { ...run, signal }, tell)
  })
}

async function writeAndFollow(
  cluster: Cluster,
  { ref, sources, resolve, waitMs, follow: isFollowed, ...options }: ExternalRun,
  tell: (step: ExternalStep) => void,
): Promise<void> {
  const { signal } = options
  const { origin } = sources
  if (origin !== undefined) {
    if (origin.cluster.server === cluster.server) throw sameCluster(origin.cluster)
    tell({ kind: 'clusters', origin: origin.cluster, target: cluster })
  }
  const gathering: GatherOptions = {
    resolve,
    signal,
    waitMs,
    onWait: (text) => tell({ kind: 'waiting', text }),
  }
  const write = async (asked: BackendSources, lenient: boolean): Promise<[ExternalDone, GatherRemarks]> => {
    const gatherer = new Gatherer(cluster, ref, asked, { ...gathering, lenient })
    const done = await writeExternal(cluster, ref, (existing) => gatherer.wantedFor(existing), options)
    return [done, gatherer.remarks]
  }
  const [done, remarks] = await write(sources, false)
  tell({ kind: 'written', done, remarks })
  if (!isFollowed || origin === undefined) return
  tell({ kind: 'following', origin: origin.cluster, refs: origin.request.refs.map(({ text }) => text) })
  // The ports stay what they were, also when the source that they were read from is gone.
  const followed = { ...sources, ports: done.wanted.ports }
  let endpoints = done.wanted.backends.length
  await follow({
    origin: origin.cluster,
    request: origin.request,
    signal,
    update: async () => {
      const [again] = await write(followed, true)
      endpoints = again.wanted.backends.length
      tell({ kind: 'updated', done: again })
    },
    sink: {
      onLost: (reason) => tell({ kind: 'lost', origin: origin.cluster, reason, endpoints }),
      onBack: () => tell({ kind: 'back', origin: origin.cluster }),
      onProblem: (error) => tell({ kind: 'problem', error }),
      onSolved: () => tell({ kind: 'solved' }),
    },
  })
}

function sameCluster({ contextName, server }: Cluster): UserError {
  const what = contextName === undefined ? 'that kubeconfig' : `context "${contextName}"`
  return new UserError(`${what} leads to the same API server as the Service's own cluster (${server})`, {
    hints: [
      'backends of the same cluster need no addresses: a selector finds its pods',
      'see what there is:  kubectl config get-contexts',
    ],
  })
}
