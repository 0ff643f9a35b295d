import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

const root = join(import.meta.dirname, '../..')

/** A part of a scenario's runs. Each run has a seed of its own, so that it does not matter who makes it. */
export interface Task {
  index: number
  first: number
  runs: number
  seed: number
}

/** Runs of many scenarios that threads make, in passes of which each makes the same part of all. */
export interface Campaign<Found> {
  name: string
  /** The worker that answers a task with `{ index, found }`. */
  worker: URL
  /** What decides about the results, as patterns of files: others begin anew. */
  sources: readonly string[]
  seed: number
  /** What the worker calls each scenario, where that is not its place. */
  indexes?: readonly number[]
  /** How many runs each scenario gets in all. */
  runs: readonly number[]
  threads: number
  /** After so many milliseconds no further pass begins. */
  mostMs: number
  empty: Found
  add: (one: Found, other: Found) => Found
}

/** Small enough that a stop loses little. */
const passes = 400

interface State<Found> {
  passes: number
  found: Found[]
}

/**
 * Goes on where an earlier call with the same sources, seed and runs ended, and remembers after each pass where it is. Returns what was
 * found until now.
 */
export async function inPasses<Found>(campaign: Campaign<Found>): Promise<Found[]> {
  const { runs, seed, threads, mostMs, add, empty, indexes = [...runs.keys()] } = campaign
  const file = await stateFile(campaign)
  const state = await readState(file, campaign)
  const until = performance.now() + mostMs
  const workers = Array.from({ length: threads }, () => new Worker(campaign.worker))
  try {
    while (state.passes < passes && performance.now() < until) {
      const tasks = runs.flatMap((all, place): Task[] => {
        const index = indexes[place] ?? place
        const first = Math.floor((all * state.passes) / passes)
        const count = Math.floor((all * (state.passes + 1)) / passes) - first
        return count === 0 ? [] : [{ index, first, runs: count, seed }]
      })
      for (const { index, found } of await share<Found>(tasks, workers))
        state.found[indexes.indexOf(index)] = add(state.found[indexes.indexOf(index)] ?? empty, found)
      state.passes += 1
      await writeFile(`${file}.new`, JSON.stringify(state))
      await rename(`${file}.new`, file)
      const percent = (100 * state.passes) / passes
      if (percent % 5 === 0) process.stderr.write(`${campaign.name}: ${percent} %\n`)
    }
  } finally {
    await Promise.all(workers.map(async (worker) => await worker.terminate()))
  }
  return state.found
}

interface Answer<Found> {
  index: number
  found: Found
}

/** Each thread takes the next task until none is left. */
async function share<Found>(tasks: readonly Task[], workers: readonly Worker[]): Promise<Answer<Found>[]> {
  const queue = tasks.values()
  const answers: Answer<Found>[] = []
  await Promise.all(
    workers.map(async (worker) => {
      for (const task of queue) answers.push(await ask<Found>(worker, task))
    }),
  )
  return answers
}

function ask<Found>(worker: Worker, task: Task): Promise<Answer<Found>> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners()
    worker.once('message', resolve)
    worker.once('error', reject)
    // oxlint-disable-next-line require-post-message-target-origin -- a thread has none
    worker.postMessage(task)
  })
}

async function stateFile<Found>({ name, sources, seed, runs }: Campaign<Found>): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify([seed, runs]))
  for (const path of sources.flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted()))
    digest.update(await readFile(join(root, path)))
  const folder = join(root, 'node_modules/.cache/statistics')
  await mkdir(folder, { recursive: true })
  return join(folder, `${name}-${digest.digest('hex').slice(0, 12)}.json`)
}

async function readState<Found>(file: string, { runs, empty }: Campaign<Found>): Promise<State<Found>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as State<Found>
  } catch {
    return { passes: 0, found: runs.map(() => empty) }
  }
}
