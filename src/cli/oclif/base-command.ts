import type { Interfaces } from '@oclif/core'
import type { Cluster } from '../../cluster/index.ts'
import { keepLast, normaliseBooleans } from '../flags/argv.ts'
import { type GlobalFlagValues, globalFlags } from '../flags/global.ts'
import { Command } from './oclif-command.ts'
import { openCluster } from '../open-cluster.ts'
import { type ClusterSession, withInterrupt } from '../session.ts'
import { defined } from '../../model/common/values.ts'

/** The values of flags, kubectl's global ones among them: `FlagValues<typeof enableFlags>`. */
export type FlagValues<Own extends Interfaces.FlagInput> = Interfaces.InferredFlags<Own> & GlobalFlagValues

/** What becomes of an interrupt or a failure while a cluster is used. */
interface Manners {
  /** What is said when an interrupt ended it before it was done. */
  whenInterrupted?: string
  /** A failure in words that say what to do about it. */
  explain?: (error: unknown, cluster: Cluster) => unknown
}

/** `withCluster` of a command, its flags given. */
export type WithCluster = (
  work: (session: ClusterSession) => Promise<number>,
  manners?: Manners,
) => Promise<number>

/**
 * What all commands share: kubectl's global flags, and the way from them to a cluster. The program loads a command, makes
 * it and calls `run`; oclif's own life cycle looks for plugins and prints errors in a form that is not kubectl's.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = globalFlags

  /** Does what the command is for, and resolves with the exit code. */
  abstract override run(): Promise<number>

  /**
   * The values of the flags; words that are no flags are left to the command, as kubectl's `TYPE NAME` and `TYPE/NAME`
   * need it. Rejects with oclif's errors, which src/cli/errors.ts says in kubectl's words.
   */
  protected override async parse<
    Own extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    Base extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    Args extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(
    command: Interfaces.Input<Own, Base, Args>,
    argv: readonly string[] = this.argv,
  ): Promise<Interfaces.ParserOutput<Own, Base, Args>> {
    const flags = { ...globalFlags, ...command.flags }
    const { baseFlags } = command
    // `strict` would be lost with the class's other inherited statics: oclif copies own ones only.
    return await super.parse<Own, Base, Args>(
      defined({ flags: command.flags, baseFlags, strict: false }),
      keepLast(normaliseBooleans(argv, flags), flags),
    )
  }

  protected async openCluster(flags: Partial<GlobalFlagValues>): Promise<Cluster> {
    return await openCluster(flags, this.config.version)
  }

  /**
   * Does something with the cluster that the flags name. Signals end it in an orderly way, whatever fails closes it, and
   * progress that was begun is taken away. Resolves with the exit code.
   */
  protected async withCluster(
    flags: GlobalFlagValues,
    work: (session: ClusterSession) => Promise<number>,
    { whenInterrupted, explain = (error) => error }: Manners = {},
  ): Promise<number> {
    const cluster = await this.openCluster(flags)
    try {
      return await withInterrupt(async (session) => {
        try {
          return await work({ ...session, cluster })
        } catch (error) {
          throw session.interrupt.exitCode === undefined ? explain(error, cluster) : error
        }
      }, whenInterrupted)
    } finally {
      cluster.close()
    }
  }
}
