import type { Decoded } from '../../agent/protocol.ts'
import type { Pod } from '../../model/kubernetes.ts'
import type { AgentConfig } from '../../agent/config.ts'
import type { ImageChoice } from '../../model/image-choice.ts'
import type { JobOptions } from './job.ts'

/** The clients of one run: pods of one Indexed Job, each with the agent in it. */
export interface ClientsSpec extends Omit<JobOptions, 'image' | 'command'> {
  agent: AgentConfig
  image: ImageChoice
  /** How long the pods may take to run; those that do by then go on without the others. */
  podRunningTimeoutMs: number
}

/** Told what happens to the clients of a run. A client is known by its index, 0 … clients − 1. */
export interface ClientsSink {
  /** Its pod runs, or has run. */
  onPod: (client: number, pod: Pod) => void
  /** A line of its agent was read, at `arrivedAt` (Date.now). An exception ends the run and rejects `runClients`. */
  onDecoded: (client: number, decoded: Decoded, arrivedAt: number) => void
  /** It will say nothing any more. `message` is why its container ended, in the kubelet's words, often empty. */
  onEnded: (client: number, message: string) => void
  /** Its pod did not start, and others did; with no client at all `runClients` rejects instead. */
  onAbsent?: (client: number, why: string) => void
  /** What is being waited for. */
  onStage: (text: string) => void
  /** A sentence for the person who waits. */
  onNote: (text: string) => void
}

/** What surrounds a run: the same for one round of requests and for many. */
export interface Surroundings<T> {
  /** Stop, clean up, and report what was seen so far. */
  interrupted: AbortSignal
  /** Do not even clean up any more. */
  abandoned: AbortSignal
  /** The Job was made. */
  onCreated?: () => void
  /** Called when the clients have ended or were interrupted, before the clean-up, so that nobody waits for that. */
  whenEnded: () => Promise<T>
}
