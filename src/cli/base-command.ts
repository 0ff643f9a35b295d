import type { Interfaces } from '@oclif/core'
import { parse } from '@oclif/core/parser'
import type { Cluster } from '../cluster/index.ts'
import { normaliseBooleans } from './argv.ts'
import { globalFlags } from './global-flags.ts'
import type { Documented } from './help.ts'
import { openCluster } from './open-cluster.ts'

type GlobalFlagValues = Interfaces.InferredFlags<typeof globalFlags>

/** What all commands share: kubectl's global flags, and the way from them to a cluster. */
export abstract class BaseCommand {
  static readonly baseFlags = globalFlags
  static readonly flags: Interfaces.FlagInput = {}
  static readonly summary: string
  static readonly description: string
  static readonly usage: string | string[]
  static readonly examples: NonNullable<Documented['examples']>
  protected readonly argv: readonly string[]
  /** Of this program. */
  protected readonly version: string

  constructor(argv: readonly string[], version: string) {
    this.argv = argv
    this.version = version
  }

  abstract run(): Promise<void>

  /**
   * The values of the flags; words that are no flags are left to the command, as kubectl's `TYPE NAME` and `TYPE/NAME`
   * need it. Rejects with oclif's errors, which src/cli/errors.ts says in kubectl's words.
   */
  protected async parse<Own extends Interfaces.OutputFlags<Interfaces.FlagInput>>(command: {
    flags: Interfaces.FlagInput<Own>
  }): Promise<{ flags: Own & GlobalFlagValues; argv: unknown[] }> {
    const flags = { ...globalFlags, ...command.flags }
    const words = normaliseBooleans(this.argv, flags)
    return await parse<Own & GlobalFlagValues, object, object>(words, {
      flags: flags as Interfaces.FlagInput<Own & GlobalFlagValues>,
      strict: false,
    })
  }

  protected async openCluster(flags: GlobalFlagValues): Promise<Cluster> {
    return await openCluster(flags, this.version)
  }
}
