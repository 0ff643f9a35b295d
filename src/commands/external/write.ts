import { lookup } from 'node:dns/promises'
import type { Cluster } from '../../cluster/index.ts'
import type { Interrupt } from '../../cli/interrupt.ts'
import { standardOutput } from '../../cli/output.ts'
import { type GatherOptions, Gatherer, type Sources } from '../../external/gather.ts'
import type { Resolve } from '../../external/origin/read.ts'
import { type ExternalDone, writeExternal, type WriteOptions } from '../../external/write.ts'
import type { ServiceRef } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { contextLines } from '../../report/external/contexts.ts'
import type { ExternalFlagValues } from './flags.ts'
import type { ExternalTask } from './options.ts'
import { type ExternalFormat, printDone } from './print.ts'

interface Surroundings {
  format: ExternalFormat
  interrupt: Interrupt
  openOrigin: () => Promise<Cluster>
}

const defaultWaitMs = 120_000

/** `external NAME …`: once, and with --watch again with every change of the other cluster. */
export async function runWrite(
  cluster: Cluster,
  task: ExternalTask,
  flags: ExternalFlagValues,
  { format, interrupt, openOrigin }: Surroundings,
): Promise<void> {
  const ref: ServiceRef = { namespace: cluster.namespace, name: task.name }
  const signal = interrupt.first
  const originCluster = task.from.length === 0 ? undefined : await openOrigin()
  try {
    if (originCluster !== undefined) {
      if (originCluster.server === cluster.server) throw sameCluster(originCluster, cluster)
      process.stderr.write(contextLines(originCluster, cluster))
    }
    const sources: Sources = {
      ports: task.ports,
      typed: task.typed,
      origin:
        originCluster === undefined
          ? undefined
          : {
              cluster: originCluster,
              request: { refs: task.from, namespace: originCluster.namespace, nodePort: flags['node-port'] },
            },
    }
    const gathering: GatherOptions = {
      resolve,
      signal,
      ...(flags.wait ? { waitMs: flags['wait-timeout'] ?? defaultWaitMs } : {}),
      onWait: (text) => void process.stderr.write(`${text}\n`),
    }
    const options: WriteOptions = {
      adopt: flags.adopt,
      affinity: flags.affinity,
      dryRun: flags['dry-run'],
      forceConflicts: flags['force-conflicts'],
      prune: flags.prune,
      signal,
    }
    const write = async (
      asked: Sources,
      lenient: boolean,
    ): Promise<{ done: ExternalDone; gatherer: Gatherer }> => {
      const gatherer = new Gatherer(cluster, ref, asked, { ...gathering, lenient })
      const done = await writeExternal(cluster, ref, (existing) => gatherer.wantedFor(existing), options)
      return { done, gatherer }
    }
    const { done, gatherer } = await write(sources, false)
    await printDone(done, gatherer.remarks, { format, flags, output: standardOutput(process) })
    if (flags.watch && sources.origin !== undefined) {
      const { runWatch } = await import('./watch.ts')
      // The ports stay what they were, also when the source that they were read from is gone.
      const followed = { ...sources, ports: done.wanted.ports }
      await runWatch(sources.origin, async () => (await write(followed, true)).done, { done, interrupt })
    }
  } finally {
    originCluster?.close()
  }
}

/** As the machine resolves names: its hosts file and its search domains count. */
const resolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address)

function sameCluster(origin: Cluster, cluster: Cluster): UserError {
  return new UserError(
    `--from-context ${origin.contextName ?? ''} leads to the same API server as the Service's own cluster (${cluster.server})`,
    {
      hints: [
        'backends of the same cluster need no addresses: a selector finds its pods',
        'see what there is:  kubectl config get-contexts',
      ],
    },
  )
}
