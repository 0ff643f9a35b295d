import { BaseCommand } from '../cli/base-command.ts'

export default class Version extends BaseCommand {
  static override strict = false
  static override summary = 'Print the version of this plugin.'
  static override usage = 'kubectl affinity version'
  static override examples = [
    { description: 'Print the version of kubectl-affinity', command: 'kubectl affinity version' },
  ]

  override async run(): Promise<void> {
    await this.parse(Version)
    this.log(`Client Version: v${this.config.version}`)
  }
}
