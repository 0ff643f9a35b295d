import type { Interfaces } from '@oclif/core'
import { Command } from '@oclif/core/command'
import type { Cluster } from '../cluster/index.ts'
import { normaliseBooleans } from './argv.ts'
import { globalFlags } from './global-flags.ts'
import { openCluster } from './open-cluster.ts'

type GlobalFlagValues = Interfaces.InferredFlags<typeof globalFlags>

/**
 * What all commands share: kubectl's global flags, and the way from them to a cluster.
 * Each command sets `strict = false` itself (oclif reads no inherited one): words that are no flags are read by the
 * command, as kubectl's `TYPE NAME` and `TYPE/NAME` need it.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = globalFlags

  override async init(): Promise<void> {
    const shapes = { ...this.ctor.baseFlags, ...this.ctor.flags }
    this.argv = normaliseBooleans(this.argv, shapes)
    await super.init()
  }

  /** oclif would print errors in its own words; the funnel in src/cli/errors.ts does it in kubectl's. */
  // oxlint-disable-next-line require-await -- oclif's signature
  override async catch(error: unknown): Promise<never> {
    throw error
  }

  protected async openCluster(flags: GlobalFlagValues): Promise<Cluster> {
    return await openCluster(flags, this.config.version)
  }
}
