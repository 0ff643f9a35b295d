import { parentPort } from 'node:worker_threads'
import { count } from './count.ts'

/** A part of a scenario's runs. */
export interface Task {
  index: number
  first: number
  runs: number
  seed: number
}

parentPort?.on('message', ({ index, first, runs, seed }: Task) => {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread has none
  parentPort?.postMessage({ index, count: count(index, first, runs, seed) })
})
