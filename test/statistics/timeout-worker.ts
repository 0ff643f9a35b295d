import { parentPort } from 'node:worker_threads'
import { measureRuns } from './timeout-runs.ts'
import type { Task } from './passes.ts'

parentPort?.on('message', ({ index, first, runs, seed }: Task) => {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread has none
  parentPort?.postMessage({ index, found: measureRuns(index, first, runs, seed) })
})
