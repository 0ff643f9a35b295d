import type { Backend } from './backend.ts'
import type { EndpointChange, SwitchExplanation } from './results/probe-result.ts'

/** What is worth a word while a probe runs. Times are milliseconds since the first request. */
export type ProbeEvent =
  | {
      type: 'switch'
      atMs: number
      /** Where there are several: whose request it was, and at which entry. */
      client?: number
      entry?: number
      /** Which of its users, where it has several. */
      session?: number
      /** Number of the request that reached the new backend. */
      number: number
      from: Backend
      to: Backend
      explanation?: SwitchExplanation
    }
  | { type: 'endpoint'; atMs: number; change: EndpointChange }
