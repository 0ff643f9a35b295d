import type { Cluster } from '../../cluster/index.ts'
import { exitCodes, explainFailure } from '../../cli/errors.ts'
import { deleteExternal } from '../../external/delete.ts'
import { explainProblem } from '../../external/problems.ts'
import type { ExternalFlagValues, ExternalFormat } from './options.ts'

const suffixes = { none: '', client: ' (dry run)', server: ' (server dry run)' } as const

/** `external delete NAME …`: a failure with one Service does not stop the others. */
export async function runDelete(
  cluster: Cluster,
  names: readonly string[],
  flags: ExternalFlagValues,
  format: ExternalFormat,
  signal: AbortSignal,
): Promise<void> {
  const dryRun = flags['dry-run']
  for (const name of names) {
    try {
      const { deleted, kept } = await deleteExternal(
        cluster,
        { namespace: cluster.namespace, name },
        { dryRun, signal },
      )
      for (const object of deleted)
        process.stdout.write(format === 'name' ? `${object}\n` : `${object} deleted${suffixes[dryRun]}\n`)
      if (kept !== undefined)
        process.stderr.write(
          `${kept} stays: it was there before external, and has no endpoints from it any more\n`,
        )
    } catch (error) {
      if (signal.aborted) throw error
      const { lines } = explainFailure(explainProblem(error, cluster.namespace, 'here'), { flags: [] })
      process.stderr.write(`${lines.join('\n')}\n`)
      process.exitCode = exitCodes.error
    }
  }
}
