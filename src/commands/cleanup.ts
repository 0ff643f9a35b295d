import { stderr, stdout } from '../cli/terminal.ts'
import { sanitize } from '../report/text/sanitize.ts'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import { refuseArguments } from '../cli/flags/values.ts'
import { isForbidden } from '../cluster/index.ts'
import { isRefusedByRbac } from '../model/cluster/role.ts'
import { cleanupClusterRules, cleanupRules, missingPermission } from '../probe/permissions.ts'
import { UserError } from '../model/common/user-error.ts'
import { cleanUp, hasNamespace, leftNamespaces } from '../probe/run/cleanup.ts'

export default class Cleanup extends BaseCommand {
  static override summary = 'Remove what an interrupted probe or demo left in the cluster.'
  static override description =
    'Probes remove what they make themselves: Jobs, pods, temporary Services, the namespace of a demo. What a killed probe leaves ends by a deadline and is removed by Kubernetes; of a killed demo the pods do, and its namespace stays until it is removed here. This removes it at once. Probes that still run, of anyone, are removed as well.'
  static override usage = 'kubectl affinity cleanup [-n NAMESPACE | -A] [--dry-run=none|client] [options]'
  static override examples = [
    { description: 'Remove leftovers in the current namespace', command: 'kubectl affinity cleanup' },
    {
      description: 'Show what is left in any namespace',
      command: 'kubectl affinity cleanup -A --dry-run=client',
    },
  ]
  static override flags = {
    'all-namespaces': Flags.boolean({
      char: 'A',
      description: 'Clean up in all namespaces.',
      default: false,
    }),
    'dry-run': Flags.option({ options: ['none', 'client'] as const })({
      description: 'Must be "none" or "client". If client, only print what would be removed.',
      default: 'none',
    }),
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(Cleanup)
    refuseArguments('cleanup', argv)
    return await this.withCluster(flags, async ({ cluster, interrupt }) => {
      const namespace = flags['all-namespaces'] ? undefined : cluster.namespace
      const dryRun = flags['dry-run'] === 'client'
      let found = 0
      const { due, elsewhere, unknown } = await leftNamespaces(cluster, namespace)
      const removals = cleanUp(cluster, { namespace, dryRun }, due)
      for await (const { object: name, namespace: where, removed } of withRole(removals, namespace)) {
        interrupt.first.throwIfAborted()
        found += 1
        const object = sanitize(name)
        const inNamespace = flags['all-namespaces'] && where !== undefined ? ` in namespace ${where}` : ''
        if (dryRun) stdout.write(`${object} deleted${inNamespace} (dry run)\n`)
        else if (removed) stdout.write(`${object} deleted${inNamespace}\n`)
        else throw new UserError(`${object}${inNamespace} is deleted, but its pod has not gone yet`)
      }
      if (found === 0) {
        const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`
        const isThere = namespace === undefined || (await hasNamespace(cluster, namespace))
        stderr.write(
          `Nothing left by kubectl-affinity in ${where}${isThere ? '' : ', which is not there'}.\n`,
        )
      }
      for (const name of elsewhere)
        stderr.write(`A demo made namespace/${name}; remove it with  kubectl affinity cleanup -n ${name}\n`)
      if (unknown && namespace === undefined)
        stderr.write('Whether a demo left a namespace is not known: namespaces may not be listed.\n')
      return 0
    })
  }
}

/** Says which Role is missing, where it is one. */
async function* withRole<T>(from: AsyncIterable<T>, namespace: string | undefined): AsyncGenerator<T> {
  try {
    yield* from
  } catch (error) {
    if (!isForbidden(error) || !isRefusedByRbac(error.message)) throw error
    const words = error.status.message ?? error.message
    const rules = [...cleanupRules, ...(namespace === undefined ? cleanupClusterRules : [])]
    throw missingPermission(words, namespace, error, rules, 'cleanup')
  }
}
