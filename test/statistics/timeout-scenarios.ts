import { clientsFor } from '../../src/judge/timers/plan.ts'
import type { MeasureOptions, Truth } from '../unit/judge/timers/simulate.ts'

/** 1 − the confidence of every measurement. */
export const statedError = 0.001

/** A proxy whose timer is known, and what the measurement is told of it. */
export interface TimeoutScenario {
  words: string
  truth: Truth
  configuredMs: number
  known: Pick<MeasureOptions, 'clock'>
  /** Fewer runs would not tell whether it is as stated. */
  runsAtLeast?: number
}

const exact = { earlyMs: 0, lateMs: 0 }
const early = { earlyMs: 1000, lateMs: 0 }
const late = { earlyMs: 0, lateMs: 1000 }

function scenario(
  words: string,
  truth: Partial<Truth>,
  seconds: number,
  clock?: MeasureOptions['clock'],
): TimeoutScenario {
  const configuredMs = seconds * 1000
  return {
    words,
    truth: { kind: 'idle', timeoutMs: configuredMs, endpoints: 3, ...truth },
    configuredMs,
    known: clock === undefined ? {} : { clock },
  }
}

/** Exact clocks, those that cut to whole seconds as Cilium's, and those that look once a second as Open vSwitch. */
export const timeoutScenarios: readonly TimeoutScenario[] = [
  ...[2, 3, 10].map((endpoints) => scenario('idle, exact', { endpoints }, 10, exact)),
  scenario('idle, exact', {}, 2, exact),
  scenario('idle, exact', {}, 5, exact),
  scenario('idle, exact', {}, 30, exact),
  scenario('idle, exact', {}, 10),
  ...[2, 3, 10].map((endpoints) => scenario('absolute, exact', { kind: 'absolute', endpoints }, 10, exact)),
  scenario('idle, exact, 7 s', { timeoutMs: 7000 }, 10, exact),
  ...[1, 2, 5, 10].map((seconds) =>
    scenario('idle, cut to seconds', { clock: 'whole-seconds' }, seconds, early),
  ),
  scenario('idle, cut to seconds', { clock: 'whole-seconds', endpoints: 2 }, 5, early),
  scenario('idle, cut to seconds', { clock: 'whole-seconds' }, 5),
  {
    ...scenario(
      'idle, cut to seconds, all clients begin within 0.1 s',
      { clock: 'whole-seconds', startsWithinMs: 100 },
      5,
      early,
    ),
    runsAtLeast: 6000,
  },
  ...[2, 5, 10].map((seconds) =>
    scenario('absolute, looks once a second', { kind: 'absolute', clock: 'swept' }, seconds, late),
  ),
  ...[2, 5, 10].map((seconds) => scenario('idle, looks once a second', { clock: 'swept' }, seconds, late)),
  scenario('absolute, looks once a second', { kind: 'absolute', clock: 'swept' }, 5),
  // The clients of a node behind one address: on three nodes, or in pairs.
  ...[2, 3, 10].map((endpoints) =>
    scenario('idle, exact, nodes are one client', { endpoints, sharedNodes: 3 }, 10, exact),
  ),
  ...[2, 3, 10].map((endpoints) =>
    scenario('idle, exact, pairs are one client', { endpoints, ...pairs(endpoints, Infinity) }, 10, exact),
  ),
  scenario('idle, exact, 7 s, pairs are one client', { timeoutMs: 7000, ...pairs(3, Infinity) }, 10, exact),
  scenario('absolute, exact, pairs are one client', { kind: 'absolute', ...pairs(3, Infinity) }, 10, exact),
  scenario(
    'idle, cut to seconds, pairs are one client',
    { clock: 'whole-seconds', ...pairs(3, Infinity) },
    5,
    early,
  ),
  scenario('idle, exact, one node of three is one client', { sharedNodes: 1 }, 10, exact),
  ...[2, 3].map((endpoints) =>
    scenario('idle, exact, one pair is one client', { endpoints, ...pairs(endpoints, 1) }, 10, exact),
  ),
]

/** So many nodes that each has two clients. */
function pairs(endpoints: number, shared: number): Pick<Truth, 'nodes' | 'sharedNodes'> {
  return { nodes: Math.floor(clientsFor(endpoints, statedError) / 2), sharedNodes: shared }
}
