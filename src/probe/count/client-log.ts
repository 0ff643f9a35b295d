import type { Decoded, FailureReason, Hello, Start } from '../../agent/protocol/protocol.ts'
import { defined } from '../../model/common/values.ts'
import { type Hint, UserError } from '../../model/common/user-error.ts'
import type { Pod } from '../../model/cluster/kubernetes.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { Zones } from '../plan/entries/nodes.ts'
import { endedEarly } from '../run/clients/pods/pod-progress.ts'
import { NodeClock } from '../run/clock.ts'
import type { EntryView } from './endpoints/view.ts'

/** Lines in the pod's log that are not the agent's, kept for when it fails. */
const mostForeignLines = 5
/** Failures that are kept in words; all are counted. */
const mostFailures = 16

/** What one client says of itself, from the start of its pod to its last line. */
export abstract class ClientLog {
  /** What it sees of the endpoints behind each entry that it asks. */
  abstract readonly views: readonly EntryView[]
  pod: Pod | undefined
  hello: Hello | undefined
  addresses: string[] = []
  /** Of the first target that was asked. */
  start: Start | undefined
  clock: NodeClock | undefined
  readonly failures: FailureReason[] = []
  /** Why its container ended, in the kubelet's words. */
  endMessage = ''
  readonly #foreign: string[] = []
  readonly #zones: Zones | undefined

  constructor(zones?: Zones) {
    this.#zones = zones
  }

  onPod(pod: Pod): void {
    this.pod = pod
    this.addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
    const { nodeName } = pod.spec
    for (const view of this.views) view.placeAt(defined({ place: 'pod', node: nodeName, zones: this.#zones }))
  }

  /** What a line says beside observations. Throws UserError when the agent could not do its work. */
  protected hear({ hello, start, failure, foreign, error }: Decoded): void {
    this.hello = hello ?? this.hello
    if (hello !== undefined && hello.addresses.length > 0) this.addresses = hello.addresses
    if (start !== undefined) {
      this.start ??= start
      this.clock ??= new NodeClock(start.epochMs)
    }
    if (failure !== undefined && this.failures.length < mostFailures) this.failures.push(failure)
    if (foreign !== undefined && this.#foreign.length < mostForeignLines) this.#foreign.push(foreign)
    if (error !== undefined) throw new UserError(`the probe's agent failed: ${error}`)
  }

  /** What its port speaks; undefined before its first request. */
  get scheme(): Scheme | undefined {
    return this.start?.scheme
  }

  /** Its first request by our clock, in milliseconds since 1970. */
  get startedAt(): number | undefined {
    return this.clock?.startedAt
  }

  /**
   * It did not get to its first request.
   * @param needs what its image must hold
   */
  endedEarly(needs: Hint): UserError {
    return endedEarly([...this.#foreign, this.endMessage], needs)
  }
}
