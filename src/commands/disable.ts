import { BaseCommand } from '../cli/oclif/base-command.ts'
import { changeFlags } from './change/flags.ts'

export default class Disable extends BaseCommand {
  static override summary = 'Spread each client over the pods again.'
  static override description =
    'Sets sessionAffinity to None, by server-side apply as field manager kubectl-affinity. The timeout is lost with it; the printed command that undoes the change sets it again. Use --force-conflicts to take over a field owned by another manager.'
  static override usage =
    'kubectl affinity disable (TYPE/NAME ... | -l SELECTOR | --all | -f FILE) [flags] [options]'
  static override examples = [
    { description: "Spread clients of the Service 'web' again", command: 'kubectl affinity disable svc/web' },
    {
      description: 'Look what would change, without changing it',
      command: 'kubectl affinity disable svc/web --dry-run=server',
    },
    {
      description: 'Change all Services of a namespace',
      command: 'kubectl affinity disable --all -n shop',
    },
  ]
  static override flags = changeFlags

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(Disable)
    const { runChange } = await import('./change/run.ts')
    return await runChange({ request: { verb: 'disable' } }, argv.map(String), flags, (work, manners) =>
      this.withCluster(flags, work, manners),
    )
  }
}
