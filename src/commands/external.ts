import { readFormat } from '../cli/flags/values.ts'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import type { Cluster } from '../cluster/index.ts'
import { explainProblem } from '../external/refuse/problems.ts'
import { type ExternalFlagValues, externalFlags } from './external/flags.ts'

export default class External extends BaseCommand {
  static override summary = 'Make backends outside the cluster a Service that affinity works on.'
  static override description = [
    'Writes a Service without selector and its EndpointSlices, by server-side apply. The addresses are given with --to, or read from the Services, Gateways or Ingresses of another cluster with --from-context and --from. Run again, it adds and removes endpoints without a moment in which there are none; with --watch it keeps following the other cluster.',
    'Addresses that lead nowhere or back into this cluster are refused. What is known about each address is kept in annotations: external list and explain show it. A Service that is called list or delete is svc/list, svc/delete.',
  ].join('\n\n')
  static override usage = [
    'kubectl affinity external NAME --port PORT[:NAME][/PROTOCOL] ... --to ADDRESS[:PORT] ... [flags] [options]',
    'kubectl affinity external NAME --from-context CONTEXT --from svc/NAME ... [--port PORT ...] [flags] [options]',
    'kubectl affinity external NAME --adopt [flags] [options]',
  ]
  static override examples = [
    {
      description:
        'A Service that leads to two addresses, and keeps each client on one of them for three hours',
      command: 'kubectl affinity external backend --port 80 --to 192.0.2.7,192.0.2.8 --affinity 3h',
    },
    {
      description:
        'Look what would be written to lead to the load balancers of two Services of another cluster',
      command:
        'kubectl affinity external backend --from-context cluster-a --from svc/backend1-lb,svc/backend2-lb --dry-run=server --diff',
    },
    {
      description: 'Keep following the other cluster',
      command:
        'kubectl affinity external backend --from-context cluster-a --from svc/backend1-lb,svc/backend2-lb --watch',
    },
    {
      description: 'Take over a Service whose addresses stand in an Endpoints object, the deprecated way',
      command: 'kubectl affinity external backend --adopt',
    },
  ]
  static override flags = externalFlags

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(External)
    const { readTask } = await import('./external/options.ts')
    const task = readTask(argv.map(String), flags)
    const format = readFormat(flags.output, ['json', 'name', 'text', 'yaml'])
    return await this.withCluster(
      flags,
      async ({ cluster, interrupt }) => {
        const { runWrite } = await import('./external/write.ts')
        const origin = task.from.length === 0 ? undefined : await this.#openOrigin(flags)
        try {
          await runWrite({ cluster, origin, interrupt, format }, task, flags)
        } finally {
          origin?.close()
        }
        return interrupt.exitCode ?? 0
      },
      {
        whenInterrupted: 'interrupted',
        explain: (error, { namespace }) => explainProblem(error, namespace, 'here'),
      },
    )
  }

  /** Only what says which cluster it is: the rest of the flags is about the other one. */
  async #openOrigin(flags: ExternalFlagValues): Promise<Cluster> {
    return await this.openCluster({
      v: flags.v,
      'request-timeout': flags['request-timeout'],
      kubeconfig: flags['from-kubeconfig'] ?? flags.kubeconfig,
      context: flags['from-context'],
      namespace: flags['from-namespace'],
    })
  }
}
