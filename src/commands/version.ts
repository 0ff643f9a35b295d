import { jsonText } from '../report/text/json.ts'
import { stdout } from '../cli/terminal.ts'
import * as Flags from '@oclif/core/flags'
import { protocolVersion } from '../agent/protocol/protocol.ts'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import { refuseArguments, textFlag } from '../cli/flags/values.ts'
import { usageError } from '../model/common/user-error.ts'
import { renderVersions, type ServerVersion, type Versions } from '../report/versions.ts'

export default class Version extends BaseCommand {
  static override summary =
    'Print the versions of this plugin, of the agent that it runs in probe pods, and of the API server.'
  static override usage = 'kubectl affinity version [--client] [-o (json|yaml)] [options]'
  static override examples = [
    {
      description: 'Print the versions of the plugin and of the API server of the current context',
      command: 'kubectl affinity version',
    },
    {
      description: 'Print the version of the plugin without asking a server',
      command: 'kubectl affinity version --client',
    },
  ]
  static override flags = {
    client: Flags.boolean({ description: 'If true, shows client version only (no server required).' }),
    output: textFlag({ char: 'o', description: 'Output format. One of: (json, yaml).' }),
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(Version)
    refuseArguments('version', argv)
    const { client, output } = flags
    if (output !== undefined && output !== 'json' && output !== 'yaml' && output !== '')
      throw usageError("--output must be 'yaml' or 'json'")
    const gitVersion = `v${this.config.version}`
    const versions: Versions = {
      clientVersion: { gitVersion, platform: platform(process), runtime: runtime(process) },
      agentVersion: { gitVersion, protocol: protocolVersion },
    }
    const server = client ? undefined : await this.#askServer(flags)
    // As kubectl: what is known is printed, whatever the server does.
    stdout.write(await render({ ...versions, ...server?.answer }, output))
    if (server !== undefined && 'error' in server) throw server.error
    return 0
  }

  async #askServer(
    flags: Parameters<BaseCommand['openCluster']>[0],
  ): Promise<{ answer: { serverVersion: ServerVersion } } | { answer?: undefined; error: unknown }> {
    try {
      const cluster = await this.openCluster(flags)
      try {
        return { answer: { serverVersion: await cluster.get<ServerVersion>('/version') } }
      } finally {
        cluster.close()
      }
    } catch (error) {
      return { error }
    }
  }
}

async function render(versions: Versions, output: 'json' | 'yaml' | '' | undefined): Promise<string> {
  if (output === 'json') return `${jsonText(versions, 2)}\n`
  if (output === 'yaml') return (await import('../report/text/yaml.ts')).yamlText(versions)
  return renderVersions(versions)
}

/** As Go names it: `linux/amd64`. */
function platform({ platform: os, arch }: NodeJS.Process): string {
  return `${os === 'win32' ? 'windows' : os}/${arch === 'x64' ? 'amd64' : arch}`
}

function runtime({ versions }: NodeJS.Process): string {
  return versions['bun'] === undefined ? `node ${versions.node}` : `bun ${versions['bun']}`
}
