import { BaseCommand } from '../cli/base-command.ts'
import { refuseArguments } from '../cli/value-flags.ts'

export default class Version extends BaseCommand {
  static override strict = false
  static override summary = 'Print the version of this plugin.'
  static override usage = 'kubectl affinity version'
  static override examples = [
    { description: 'Print the version of kubectl-affinity', command: 'kubectl affinity version' },
  ]

  override async run(): Promise<void> {
    const { argv } = await this.parse(Version)
    refuseArguments('version', argv)
    this.log(`Client Version: v${this.config.version}`)
  }
}
