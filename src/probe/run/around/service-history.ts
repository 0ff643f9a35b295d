import type { Service } from '../../../model/cluster/kubernetes.ts'
import { formatDuration } from '../../../model/common/words/amounts.ts'
import { sortedKeys } from '../../../model/common/values.ts'
import { type Policy, servicePolicy } from '../../../model/affinity/policy.ts'

interface ServiceEvent {
  what: string
  /** It was not so yet then, and so at the second moment; milliseconds since 1970 by our clock. */
  betweenMs: readonly [number, number]
}

/** A Service as it was for a while. */
export interface Held {
  /** When it was first and last seen so, in milliseconds since 1970 by our clock. */
  fromMs: number
  toMs: number
  /** Undefined while there was none. */
  service: Service | undefined
}

/** A Service over the course of a run, looked at again and again. */
export class ServiceHistory {
  #known: Service
  /** Undefined while it is gone. */
  #version: string | undefined
  readonly #isAskedInside: boolean
  readonly #held: Held[]
  readonly #found: ServiceEvent[] = []

  constructor(before: Service, atMs: number, isAskedInside: boolean) {
    this.#known = before
    this.#version = before.metadata.resourceVersion
    this.#isAskedInside = isAskedInside
    this.#held = [{ fromMs: atMs, toMs: atMs, service: before }]
  }

  /** Takes over the Service as it is at `atMs`; undefined when it is gone. */
  look(after: Service | undefined, atMs: number): void {
    const last = this.#held.at(-1)!
    const wasGone = last.service === undefined
    const changes =
      wasGone && after === undefined ? [] : serviceChanges(this.#known, after, this.#isAskedInside)
    const betweenMs = [last.toMs, atMs] as const
    for (const change of changes) {
      const what = wasGone ? change.replace('it was deleted and made anew', 'it was made anew') : change
      this.#found.push({ what, betweenMs })
    }
    if (changes.length === 0) last.toMs = atMs
    else this.#held.push({ fromMs: atMs, toMs: atMs, service: after })
    this.#known = after ?? this.#known
    this.#version = after?.metadata.resourceVersion
  }

  /** It is as it was last. */
  isLast(service: Service | undefined): boolean {
    return service?.metadata.resourceVersion === this.#version
  }

  /** What the Service was, one after the other. */
  get held(): readonly Held[] {
    return this.#held
  }

  /** What changed, and when after the first request, in words. */
  changes(startedAt: number | undefined): string[] {
    return this.#found.map(({ what, betweenMs }) => `${what}${whenWords(betweenMs, startedAt)}`)
  }
}

/** To whole seconds, outwards. */
function whenWords([from, to]: ServiceEvent['betweenMs'], startedAt: number | undefined): string {
  if (startedAt === undefined) return ''
  if (to <= startedAt) return ' before the first request'
  const seconds = [
    Math.floor(Math.max(0, from - startedAt) / 1000),
    Math.ceil((to - startedAt) / 1000),
  ] as const
  return ` between ${seconds[0]}s and ${seconds[1]}s`
}

/**
 * What became of a Service while it was asked, as far as it decides which pod gets a connection, in words; nothing for
 * what does not. `after` is undefined for one that is gone.
 *
 * @param isAskedInside that it is asked by its own address only, where node ports come and go without moving anybody
 */
export function serviceChanges(
  before: Service,
  after: Service | undefined,
  isAskedInside: boolean,
): string[] {
  if (after === undefined) return ['it was deleted']
  const changes: string[] = []
  if (before.metadata.uid !== after.metadata.uid) changes.push('it was deleted and made anew')
  const [one, other] = [affinity(servicePolicy(before)), affinity(servicePolicy(after))]
  if (one !== other) changes.push(`its affinity went from ${one} to ${other}`)
  if (before.spec.clusterIP !== after.spec.clusterIP)
    changes.push(`its address went from ${before.spec.clusterIP} to ${after.spec.clusterIP}`)
  const told = ({ spec }: Service): Service['spec'] => (isAskedInside ? insideOf(spec) : spec)
  for (const [field, noun] of fields)
    if (textOf(told(before)[field]) !== textOf(told(after)[field])) changes.push(`its ${noun} changed`)
  return changes
}

const fields = [
  ['selector', 'selector'],
  ['ports', 'ports'],
  ['internalTrafficPolicy', 'internalTrafficPolicy'],
  ['externalTrafficPolicy', 'externalTrafficPolicy'],
] as const

function insideOf(spec: Service['spec']): Service['spec'] {
  const { externalTrafficPolicy: _, ports = [], ...rest } = spec
  return { ...rest, ports: ports.map(({ nodePort: __, ...port }) => port) }
}

function affinity(policy: Policy): string {
  return policy.kind === 'client-ip' ? `ClientIP ${formatDuration(policy.timeoutSeconds)}` : 'None'
}

/** The order of a map's keys says nothing. */
const textOf = (value: unknown): string => JSON.stringify(sortedKeys(value))
