import { stderr, stdout } from '../../cli/terminal.ts'
import { outputFlag, readFormat } from '../../cli/flags/values.ts'
import { BaseCommand } from '../../cli/oclif/base-command.ts'
import { writeProblem } from '../../cli/problem.ts'
import { exitCodes, explainFailure } from '../../cli/errors.ts'
import { writeFlags } from '../../cli/flags/write.ts'
import type { Cluster } from '../../cluster/index.ts'
import { deleteExternal } from '../../external/delete.ts'
import { explainProblem } from '../../external/refuse/problems.ts'
import type { DryRun } from '../../model/affinity/change.ts'
import { usageError } from '../../model/common/user-error.ts'
import { dryRunSuffixes } from '../../report/change/words.ts'
import { namesIn } from './options.ts'

export default class ExternalDelete extends BaseCommand {
  static override summary = 'Delete Services that external made, with their endpoints.'
  static override description =
    'Deletes what this command made, and nothing else. A Service that was there before, and was taken over with --adopt, stays without endpoints.'
  static override usage = 'kubectl affinity external delete NAME ... [--dry-run=none|client|server] [options]'
  static override examples = [
    { description: "Delete the Service 'backend'", command: 'kubectl affinity external delete backend' },
    {
      description: 'Look what would be deleted',
      command: 'kubectl affinity external delete backend --dry-run=server',
    },
  ]
  static override flags = {
    'dry-run': writeFlags['dry-run'],
    output: outputFlag({ description: 'Output format. One of: (name, text).' }),
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(ExternalDelete)
    const words = argv.map(String)
    if (words.length === 0)
      throw usageError(
        'external delete: which Service?',
        'for example: kubectl affinity external delete backend',
      )
    const names = namesIn(words)
    const format = readFormat(flags.output, ['name', 'text'])
    return await this.withCluster(
      flags,
      async ({ cluster, interrupt }) => {
        let exitCode = 0
        // A failure with one Service does not stop the others.
        for (const name of names) {
          const isDone = await deleteOne(cluster, name, flags['dry-run'], format, interrupt.first)
          if (!isDone) exitCode = exitCodes.error
        }
        return interrupt.exitCode ?? exitCode
      },
      { whenInterrupted: 'interrupted' },
    )
  }
}

async function deleteOne(
  cluster: Cluster,
  name: string,
  dryRun: DryRun,
  format: 'name' | 'text',
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const ref = { namespace: cluster.namespace, name }
    const { deleted, kept } = await deleteExternal(cluster, ref, { dryRun, signal })
    for (const object of deleted)
      stdout.write(format === 'name' ? `${object}\n` : `${object} deleted${dryRunSuffixes[dryRun]}\n`)
    if (kept !== undefined)
      stderr.write(`${kept} stays: it was there before external, and has no endpoints from it any more\n`)
    return true
  } catch (error) {
    if (signal.aborted) throw error
    const { lines } = explainFailure(explainProblem(error, cluster.namespace, 'here'), { flags: [] })
    await writeProblem(lines)
    return false
  }
}
