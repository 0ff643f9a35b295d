import { stdout } from '../cli/terminal.ts'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import { completionScript } from '../cli/completion/script.ts'
import { refuseArguments } from '../cli/flags/values.ts'

export default class Completion extends BaseCommand {
  static override summary = 'Print the file with which kubectl completes the words of this plugin.'
  static override description = [
    'kubectl completes the words of a plugin with a program named kubectl_complete-affinity on the PATH (kubectl 1.26 or newer). Commands, flags and their values, namespaces, contexts and the names of Services are completed, in every shell that kubectl itself completes in: see "kubectl completion --help" for bash, zsh, fish and PowerShell.',
    'krew installs the plugin only. Save the file beside it, once; it need not be renewed when the plugin is.',
  ].join('\n\n')
  static override usage = 'kubectl affinity completion'
  static override examples = [
    {
      description: 'After an installation with krew',
      command:
        'kubectl affinity completion > "${KREW_ROOT:-$HOME/.krew}/bin/kubectl_complete-affinity" && chmod +x "${KREW_ROOT:-$HOME/.krew}/bin/kubectl_complete-affinity"',
    },
    {
      description: 'After an installation by hand, into any folder on the PATH',
      command:
        'kubectl affinity completion > ~/.local/bin/kubectl_complete-affinity && chmod +x ~/.local/bin/kubectl_complete-affinity',
    },
    {
      description: 'On Windows',
      command: 'kubectl affinity completion > %USERPROFILE%\\.krew\\bin\\kubectl_complete-affinity.cmd',
    },
  ]

  override async run(): Promise<number> {
    const { argv } = await this.parse(Completion)
    refuseArguments('completion', argv, [
      'it is one file for every shell: kubectl calls it where its own completion is loaded',
    ])
    stdout.writeExactly(completionScript(process.platform))
    return 0
  }
}
