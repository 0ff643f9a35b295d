import type { Expectation } from '../../model/affinity/expectation.ts'
import type { Block } from '../statistics/course.ts'
import type { Shares } from '../statistics/shares.ts'

/** Everything that the judge looks at: the whole run, never a part of it. */
export interface JudgeInput {
  /** What the client should see. */
  expectation: Expectation
  /** The error that the user accepts, α: 1 − confidence. */
  acceptedError: number
  /** How many verdicts are to hold at once, this one among them; 1 unless given. `acceptedError` is this one's part. */
  verdicts?: number
  /** Endpoints among which the proxy on the client's node picked, as far as known. */
  eligibleEndpoints: number
  /** Endpoints that were ready at any time of the run, on any node. */
  knownEndpoints: number
  /** True when that set changed while the run lasted. */
  endpointsChanged: boolean
  /** What the proxy in charge does without affinity; unknown unless given. */
  shares?: Shares
  /** Requests that were answered by a backend that was recognised. */
  answers: number
  /** Of those answers, per backend, the ones that a new connection brought: only a new connection is a pick. */
  pickHits: readonly number[]
  /** True when answers on one connection came from different backends; then `pickHits` counts every answer. */
  perRequest: boolean
  /** Picks that reached another backend than the pick before. */
  switches: number
  /** Of those, the ones that nothing held: once affinity may have been over, or while no endpoint was ready. */
  expiredSwitches: number
  /** Of those, the ones away from an endpoint that had gone. */
  goneSwitches: number
  /** Picks at which a switch would have been a break of affinity, by the number of endpoints there were to pick from. */
  bindingPicks: readonly BindingPicks[]
  /** The order of all picks. */
  course: readonly Block[]
  /** The same in stretches in which nothing that is known changed. Picks near a change are in none. */
  stretches: readonly Stretch[]
  /**
   * Connections that reached nobody who is known, and for which nothing explains it: failed, or answered without a name.
   * Each may have been a pick of any endpoint.
   */
  missing: number
  /** Endpoints that are not known to answer, by name: none of the run's answers is theirs, and nobody asked them directly. */
  unheard: readonly string[]
  /** Distinct answers stand for backends because no answer names one. By whose word: nobody's, or the user's. */
  anonymous: false | 'guessed' | 'told'
  /** Answers name pods that did not give them: one says the name of another when it is asked directly, or nobody could be asked about the one name. */
  nameIsShared?: boolean
  /** Endpoints were known by their answers, which do not mean the same any more when they are asked again. */
  isUnconfirmed?: boolean
  /** What became of the Service while it was asked, in words; each changes what is to be expected. */
  serviceChanges?: readonly string[]
  /** Answers that could not be assigned to a backend. */
  unrecognised: number
  /** Observations that the agent made and that never arrived. */
  lost: number
  /** What the agent itself counted, of all its observations; absent when its last line did not arrive. */
  agentTotals?: { switches: number }
  /** True when the run was ended before it had made the requests it was meant to make. */
  interrupted: boolean
}

/** `picks` picks with a pick before them and no long silence in between, while `eligible` endpoints could be picked. */
export interface BindingPicks {
  eligible: number
  picks: number
}

/** Blocks of picks that follow each other, while `eligible` endpoints could be picked. */
export interface Stretch {
  eligible: number
  blocks: readonly Block[]
}
