import type { Block } from '../statistics/course.ts'
import type { Stretch } from './input.ts'

/**
 * Cuts a run where something changed. When exactly is known to `slackMs`, so that blocks with a pick so near to a change
 * belong to no stretch.
 *
 * @param moments when something changed
 * @param eligible how many endpoints could be picked between two moments
 */
export function stretchesOf(
  blocks: readonly Block[],
  moments: readonly number[],
  slackMs: number,
  eligible: (fromMs: number, toMs: number) => number,
): Stretch[] {
  const stretches: Stretch[] = []
  const inOrder = moments.toSorted((one, other) => one - other)
  let next = 0
  let current: Block[] = []
  const end = (): void => {
    const [first] = current
    const last = current.at(-1)
    if (first !== undefined && last !== undefined)
      stretches.push({ eligible: eligible(first.fromMs, last.toMs), blocks: current })
    current = []
  }
  for (const block of blocks) {
    // Changes that end before this block begins separate it from the one before.
    while (next < inOrder.length && inOrder[next]! + slackMs < block.fromMs) {
      next += 1
      end()
    }
    const change = inOrder[next]
    if (change !== undefined && change - slackMs <= block.toMs) end()
    else current.push(block)
  }
  end()
  return stretches
}
