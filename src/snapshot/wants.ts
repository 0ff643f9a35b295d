import { type InputName, inputs } from '../mechanisms/service/facts.ts'

/** What somebody wants to know of Services beside their endpoints and what stands in front: those are always read. */
export interface Wants {
  inputs: ReadonlySet<InputName>
  /** Some pods of a Service suffice: they tell what all of them have. */
  somePods?: boolean
}

const all = Object.keys(inputs) as InputName[]

/** All that findings are made of. */
export const toExplain: Wants = { inputs: new Set(all) }

/** For whole lists. In a large cluster pods are more than all the rest, and each Service would be asked for by itself. */
export const toExplainMany: Wants = {
  inputs: new Set(all.filter((name) => name !== 'pods' && name !== 'events')),
}

/** For a target that is no Service: who takes its requests from there to the pods. */
export const toExplainOthers: Wants = { inputs: new Set<InputName>(['proxy']) }

/**
 * What could speak against turning affinity on. A sidecar is in all pods of a Service or in none. Events are of the past:
 * what a load balancer has refused may have been mended since.
 */
export const toChange: Wants = { inputs: new Set<InputName>(['pods', 'proxy', 'cloud']), somePods: true }
