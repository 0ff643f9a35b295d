import type { AgentConfig } from '../../../agent/config.ts'
import type { Decoded } from '../../../agent/protocol/protocol.ts'
import type { ImageChoice } from '../../../model/probe/image-choice.ts'
import type { Pod } from '../../../model/cluster/kubernetes.ts'
import type { JobOptions } from './pods/job.ts'

/** The clients of one run: pods of one Indexed Job, each with the agent in it. */
export interface ClientsSpec extends Omit<JobOptions, 'image' | 'command'> {
  agent: AgentConfig
  image: ImageChoice
  /** How long the pods may take to run; those that do by then go on without the others. */
  podRunningTimeoutMs: number
  /** An image that cannot be pulled may yet come until then. */
  waitsForImage?: boolean
}

/** What happens to the clients of a run. A client is known by its index, 0 … clients − 1. */
export type ClientEvent =
  /** All is prepared: the Job was made, where there is one. */
  | { kind: 'created' }
  /** Its pod runs, or has run. */
  | { kind: 'pod'; client: number; pod: Pod }
  /** A line of its agent was read, at `arrivedAt` (Date.now). */
  | { kind: 'said'; client: number; decoded: Decoded; arrivedAt: number }
  /** It will say nothing any more. `message` is why its container ended, in the kubelet's words, often empty. */
  | { kind: 'ended'; client: number; message: string }
  /** Its pod did not start, and others did; with no client at all the run rejects instead. */
  | { kind: 'absent'; client: number; why: string }
  /** What is being waited for. */
  | { kind: 'stage'; text: string }
  /** A sentence for the person who waits. */
  | { kind: 'note'; text: string }
  /** All have ended or were interrupted. The clean-up begins when this has been dealt with. */
  | { kind: 'all-ended' }
