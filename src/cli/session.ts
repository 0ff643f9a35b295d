import { stderr, stdout } from './terminal.ts'
import type { Cluster } from '../cluster/index.ts'
import { UserError } from '../model/common/user-error.ts'
import type { Progress } from '../report/probe/live/progress.ts'
import { exitCodes } from './errors.ts'
import { type Interrupt, listenForInterrupt } from './interrupt.ts'
import { standardProgress } from './output.ts'

/** What a command needs that may take long: its caller ends all of it. */
export interface CommandRun {
  interrupt: Interrupt
  /** Made when it is first asked for. */
  progress: () => Promise<Progress>
}

/** The same with a cluster. */
export interface ClusterSession extends CommandRun {
  cluster: Cluster
}

/**
 * Does something that signals end in an orderly way, and a reader of the answer that leaves; resolves with the exit code.
 * What fails after that fails because of it: then the code is the signal's, and `said` is printed.
 */
export async function withInterrupt(
  work: (session: CommandRun) => Promise<number>,
  said?: string,
): Promise<number> {
  const interrupt = listenForInterrupt(process, stdout.gone)
  let progress: Promise<Progress> | undefined
  try {
    return await work({ interrupt, progress: () => (progress ??= standardProgress(process)) })
  } catch (error) {
    const exitCode = interrupt.exitCode ?? (stdout.gone.aborted ? exitCodes.readerLeft : undefined)
    if (exitCode === undefined || error instanceof UserError) throw error
    if (said !== undefined) stderr.write(`${said}\n`)
    return exitCode
  } finally {
    await progress?.then(
      (made) => made.stop(),
      () => undefined,
    )
    interrupt.stop()
  }
}
