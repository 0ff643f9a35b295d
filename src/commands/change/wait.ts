import type { Cluster } from '../../cluster/index.ts'
import type { Interrupt } from '../../cli/interrupt.ts'
import type { ChangeOutcome } from '../../model/change.ts'

export async function waitUntilServed(
  _cluster: Cluster,
  _done: readonly ChangeOutcome[],
  _flags: unknown,
  _interrupt: Interrupt,
): Promise<boolean> {
  return await Promise.resolve(true)
}
