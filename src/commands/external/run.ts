import type { Cluster } from '../../cluster/index.ts'
import { listenForInterrupt } from '../../cli/interrupt.ts'
import { explainProblem } from '../../external/problems.ts'
import { type ExternalFlagValues, readFormat, readTask } from './options.ts'

/** The clusters, opened when they are needed. */
export interface Clusters {
  openCluster: () => Promise<Cluster>
  openOrigin: () => Promise<Cluster>
}

/** One call of `external`: reads what is meant, and does it. */
export async function runExternal(
  words: readonly string[],
  flags: ExternalFlagValues,
  clusters: Clusters,
): Promise<void> {
  const task = readTask(words, flags)
  const format = readFormat(flags, task.verb)
  const cluster = await clusters.openCluster()
  const interrupt = listenForInterrupt(process)
  try {
    if (task.verb === 'list') {
      const { runList } = await import('./list.ts')
      await runList(cluster, flags, format, interrupt.first)
    } else if (task.verb === 'delete') {
      const { runDelete } = await import('./delete.ts')
      await runDelete(cluster, task.names, flags, format, interrupt.first)
    } else {
      const { runWrite } = await import('./write.ts')
      await runWrite(cluster, task, flags, { format, interrupt, openOrigin: clusters.openOrigin })
    }
  } catch (error) {
    if (interrupt.exitCode === undefined) throw explainProblem(error, cluster.namespace, 'here')
    process.stderr.write('interrupted\n')
  } finally {
    if (interrupt.exitCode !== undefined) process.exitCode = interrupt.exitCode
    else process.exitCode ??= 0
    interrupt.stop()
    cluster.close()
  }
}
