import type { Block } from './course.ts'

/** Blocks `from` … `to` − 1 of a stretch. */
export interface Window {
  from: number
  to: number
}

/**
 * Windows of every length and place: 1, 2, 4, … blocks long, each beginning half a length after the one before, so that any
 * stretch of a run has one that covers at least a quarter of it and nothing else. With `blocks` of them there are 2 · `blocks` at most per length, in all
 * about 4 · `blocks`. The whole is not among them.
 */
export function windowsOf(blocks: number): Window[][] {
  const levels: Window[][] = []
  for (let length = 1; length < blocks; length *= 2) {
    const step = Math.max(1, length / 2)
    const level: Window[] = []
    for (let from = 0; from < blocks; from += step) {
      const to = Math.min(blocks, from + length)
      if (to - from === length || level.at(-1)?.to !== blocks) level.push({ from, to })
    }
    levels.push(level)
  }
  return levels
}

/** Sums over windows in no time: what all blocks before each place hold together. */
export function sumsBefore(blocks: readonly Block[], of: (block: Block) => number): Float64Array {
  const sums = new Float64Array(blocks.length + 1)
  for (const [index, block] of blocks.entries()) sums[index + 1] = (sums[index] ?? 0) + of(block)
  return sums
}

/** The sum over a window. */
export function within(sums: Float64Array, { from, to }: Window): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0)
}
