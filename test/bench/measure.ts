import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'

export interface Command {
  argv: [string, ...string[]]
  env?: Record<string, string>
  /** The answer is there once this was printed on stdout; the end of the process counts when it is not given. */
  until?: RegExp
}

/**
 * The machine's, without a file of authorities that Bun reads at every start, kubectl never, and most users do not name.
 */
function environmentOf({ env }: Command): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _file, ...own } = process.env
  return { ...own, ...env }
}

/** Milliseconds from the start of a process to its answer. Throws when it ends without one. */
export async function timeToAnswer(command: Command): Promise<number> {
  const {
    argv: [program, ...args],
    until,
  } = command
  const env = environmentOf(command)
  const begun = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  let errors = ''
  let answered: number | undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (until?.test(printed) === true) answered ??= performance.now() - begun
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  if (until === undefined && status === 0) return performance.now() - begun
  if (answered === undefined)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${errors}${printed}`)
  return answered
}

/** `kubectl run -i` sometimes misses the output of a pod that is done before it is attached to: once more, then. */
async function insist(command: Command): Promise<number> {
  for (let failures = 0; ;) {
    try {
      return await timeToAnswer(command)
    } catch (error) {
      failures += 1
      if (failures === 5) throw error
    }
  }
}

const gnuTime = '/usr/bin/time'

/** Megabytes that a process had at its peak; undefined where Debian's `time` is not there. */
function peakMemory(command: Command): number | undefined {
  if (!existsSync(gnuTime)) return undefined
  const { stderr } = spawnSync(gnuTime, ['-f', '%M', ...command.argv], {
    env: environmentOf(command),
    encoding: 'utf8',
  })
  const kilobytes = /^(\d+)\n$/m.exec(stderr.slice(stderr.trimEnd().lastIndexOf('\n') + 1))?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

/** Compares the memory of two commands, the median of five runs each. */
function compareMemory(ours: Command, peer: Command): string {
  const of = (command: Command): number =>
    median(Array.from({ length: 5 }, () => peakMemory(command) ?? Number.NaN))
  const mine = of(ours)
  const theirs = of(peer)
  if (Number.isNaN(mine) || Number.isNaN(theirs)) return 'memory not measured: needs Debian’s time'
  return `${mine.toFixed(0)} MB of ${theirs.toFixed(0)} MB, ratio ${(mine / theirs).toFixed(2)}`
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

/** Of the peer's own times, the distance of the quartiles over the median: beyond it a ratio says more of the machine. */
const mostSpread = 0.35

/** How far values are apart: the distance of the quartiles, as a part of the median. */
function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const quartile = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
  return (quartile(0.75) - quartile(0.25)) / median(values)
}

/**
 * The ratio of pairs of times, ours first, with the load of the machine (jobs that wanted a processor in the last minute);
 * none where the peer's times are too far apart to be trusted.
 */
export function ratioOf(pairs: readonly (readonly [number, number])[]): string {
  const apart = spread(pairs.map(([, their]) => their))
  const load = `load ${loadavg()[0]?.toFixed(1)}`
  if (apart > mostSpread)
    return `no ratio: the peer's own times are ${(apart * 100).toFixed(0)} % apart (${load})`
  const ratio = median(pairs.map(([our, their]) => our / their))
  return `ratio ${ratio.toFixed(2)}   (${pairs.length} pairs, ${load})`
}

/**
 * Times two commands in turn, ours first, so that a machine whose speed drifts treats both alike. Prints the medians
 * in milliseconds, and the median of the ratios of each pair.
 */
export async function compare(
  title: string,
  runs: number,
  ours: Command,
  peer: Command & { name: string },
  options: { memory?: boolean } = {},
): Promise<void> {
  const pairs: [number, number][] = []
  // The first pair warms up and is not counted.
  for (let run = 0; run <= runs; run++) pairs.push([await insist(ours), await insist(peer)])
  pairs.shift()
  const mine = median(pairs.map(([our]) => our))
  const theirs = median(pairs.map(([, their]) => their))
  console.log(
    `${title.padEnd(34)} ${mine.toFixed(0).padStart(6)} ms   ${peer.name} ${theirs.toFixed(0)} ms   ${ratioOf(pairs)}`,
  )
  if (options.memory === true) console.log(`${''.padEnd(34)} ${compareMemory(ours, peer)}`)
}
