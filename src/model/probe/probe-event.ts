import type { Backend } from './backend.ts'
import type { EndpointChange, SwitchExplanation } from './results/probe-result.ts'

/** What is worth a word while a probe runs. Times are milliseconds since the first request. */
export type ProbeEvent =
  | {
      type: 'switch'
      atMs: number
      /** Whose request it was, where there are several clients. */
      client?: number
      /** At which entry, where there are several. */
      entry?: number
      /** Which of its users, where it has several. */
      session?: number
      /** Number of the request that reached the new backend. */
      number: number
      from: Backend
      to: Backend
      explanation?: SwitchExplanation
      /** Its pod was still there; other endpoints came or went, and the hash moved it. */
      isRehashed?: boolean
    }
  | { type: 'endpoint'; atMs: number; change: EndpointChange }
