import { normaliseIpv6 } from '../../model/common/network/ipv6.ts'
import { createMentions } from '../../agent/answers/mentions.ts'
import type { Mentions } from '../../agent/answers/mentions.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Backend } from '../../model/probe/backend.ts'
import type { Identity, IdentifyMode } from '../../model/probe/observation.ts'
import type { Recognition } from '../../model/probe/results/probe-result.ts'
import { fingerprintOf } from '../run/direct/learn.ts'
import { namesOf, ownerOf } from '../plan/needles.ts'

/** Who gave an answer. Two answers came from the same backend when their keys are the same. */
export interface RecognisedBackend extends Omit<Backend, 'letter'> {
  key: string
  by: Exclude<Recognition['by'], 'none'>
  /** Absent when no answer said so. */
  source?: Identity['source']
}

/** A pod, or an address that belongs to none, with all its endpoints: one per address family. */
interface Owner {
  key: string
  endpoint: Endpoint
  /** How it may be named, and how each of the names is called. */
  names: Map<string, RecognisedBackend['by']>
  current: boolean
  /** When it was last seen, to tell which of two past owners of an address was the later one. */
  seen: number
  /** The agent looked for it in whole answers: what it did not find there is not looked for in an excerpt. */
  told: boolean
}

/** Owners that are gone and remembered, because answers of theirs may still be on the way. */
const mostPast = 4096
/** Excerpts that were searched with success; identities come without them when they are said again. */
const mostRemembered = 1024

/**
 * Turns what an answer said about its origin into a backend.
 *
 * The agent searches answers for the endpoints that it was told of when it started; here the rest is done: names and
 * addresses become pods, excerpts and what looks like a pod's are searched for endpoints that appeared later, and values of a user's rule are
 * matched. What could be two backends is none.
 */
export class Recogniser {
  readonly #rule: IdentifyMode
  readonly #owners = new Map<string, Owner>()
  readonly #byName = new Map<string, Set<Owner>>()
  readonly #told: ReadonlySet<string>
  readonly #remembered = new Map<string, RecognisedBackend>()
  /** Those that named nobody who was known then. */
  readonly #excerpts = new Map<string, string>()
  #mentions: { of: Mentions; owners: Owner[] } | undefined
  #updates = 0
  #learned: ReadonlyMap<string, Endpoint> = new Map()

  /** @param told the endpoints whose names the agent knows (`needlesOf`) */
  constructor(rule: IdentifyMode, told: readonly Endpoint[]) {
    this.#rule = rule
    this.#told = new Set(told.map((endpoint) => ownerOf(endpoint)))
    this.update(told)
  }

  /** Endpoints are known by their answers, whatever these say. */
  get hasLearned(): boolean {
    return this.#learned.size > 0
  }

  /** The user says that distinct answers are distinct backends. */
  get takesDistinctAnswers(): boolean {
    return this.#rule.kind === 'anonymous'
  }

  /** Takes over the endpoints as they are now. Those that are gone are still recognised. */
  update(endpoints: readonly Endpoint[]): void {
    this.#updates += 1
    this.#mentions = undefined
    for (const owner of this.#owners.values()) owner.current = false
    for (const endpoint of endpoints) this.#add(endpoint)
    this.#forget()
  }

  /** Answers that are known to be of one endpoint, by their fingerprints; they go before what answers say. */
  learn(learned: ReadonlyMap<string, Endpoint>): void {
    this.#learned = learned
  }

  /** The backend that `identity` speaks of; undefined when there is none or more than one. */
  recognise(identity: Identity): RecognisedBackend | undefined {
    if (identity.source === 'cache') return undefined
    const learned = this.#learned.get(fingerprintOf(identity))
    if (learned !== undefined) return describe(ownerOf(learned), learned, 'fingerprint', identity.source)
    if (identity.source !== 'none') {
      return this.#byValue(identity) ?? (identity.source === 'rule' ? this.#byRule(identity) : undefined)
    }
    const { kind } = this.#rule
    if (kind === 'anonymous') return anonymous(identity)
    if (kind !== 'auto' && kind !== 'access-log' && kind !== 'sockets') return undefined
    return this.#byExcerpt(identity) ?? anonymous(identity)
  }

  /** Whom a cookie names, by name or address; a user's own rule is the only one that counts. */
  named(name: string): RecognisedBackend | undefined {
    const owner = this.#rule.kind === 'auto' ? theOne(this.#byName.get(normalise(name))) : undefined
    return owner && backendAt(owner.endpoint, 'cookie')
  }

  #add(endpoint: Endpoint): void {
    const key = ownerOf(endpoint)
    let owner = this.#owners.get(key)
    if (owner === undefined) {
      owner = { key, endpoint, names: new Map(), current: true, seen: 0, told: this.#told.has(key) }
    }
    // Moved to the end, so that the longest gone are the first in the map.
    this.#owners.delete(key)
    this.#owners.set(key, owner)
    owner.endpoint = endpoint
    owner.current = true
    owner.seen = this.#updates
    for (const { value, by } of namesOf(endpoint)) {
      const name = normalise(value)
      if (owner.names.has(name)) continue
      owner.names.set(name, by)
      const others = this.#byName.get(name)
      if (others === undefined) this.#byName.set(name, new Set([owner]))
      else others.add(owner)
    }
  }

  #forget(): void {
    let past = 0
    for (const owner of this.#owners.values()) if (!owner.current) past += 1
    for (const owner of this.#owners.values()) {
      if (past <= mostPast) return
      if (owner.current) continue
      past -= 1
      this.#owners.delete(owner.key)
      for (const name of owner.names.keys()) {
        const others = this.#byName.get(name)
        others?.delete(owner)
        if (others?.size === 0) this.#byName.delete(name)
      }
    }
  }

  #byValue(identity: Identity): RecognisedBackend | undefined {
    const name = normalise(identity.value)
    const owner = theOne(this.#byName.get(name))
    return owner && backend(owner, owner.names.get(name) ?? 'pod-name', identity.source)
  }

  /** The value of a user's rule that is no known name as it stands: one with a port or a domain, one in a text, or one of its own. */
  #byRule(identity: Identity): RecognisedBackend | undefined {
    const { value, source } = identity
    for (const part of partsOf(value)) {
      const found = this.#byValue({ source, value: part })
      if (found !== undefined) return found
    }
    const mentioned = this.#mentionedIn(value)
    if (mentioned.length > 1 || this.#isShared(value)) return undefined
    const [only] = mentioned
    if (only !== undefined) return backend(only.owner, only.by, source)
    const address = addressOf(value)
    return address === undefined
      ? { key: `rule ${value}`, kind: 'anonymous', name: value, by: 'rule', source }
      : { key: `address ${normalise(address)}`, kind: 'address', name: address, address, by: 'rule', source }
  }

  #byExcerpt(identity: Identity): RecognisedBackend | undefined {
    const remembered = this.#remembered.get(identity.value)
    if (remembered !== undefined) return remembered
    const excerpt = identity.excerpt ?? this.#excerpts.get(identity.value)
    const { kin = [] } = identity
    if (excerpt === undefined && kin.length === 0) return undefined
    const [only, second] = this.#mentionedIn([excerpt, ...kin].join('\n'))
    // The agent saw the whole answer: if the one that it knew were the only one named there, it would have said so.
    if (only === undefined && excerpt !== undefined && this.#excerpts.size < mostRemembered)
      this.#excerpts.set(identity.value, excerpt)
    if (only === undefined || second !== undefined || only.owner.told) return undefined
    const found = backend(only.owner, only.by, 'body')
    this.#excerpts.delete(identity.value)
    // What comes with each answer need not be remembered.
    if (kin.length === 0 && this.#remembered.size < mostRemembered)
      this.#remembered.set(identity.value, found)
    return found
  }

  #mentionedIn(text: string): { owner: Owner; by: RecognisedBackend['by'] }[] {
    if (this.#mentions === undefined) {
      const owners = [...this.#owners.values()]
      const needles = owners.map((owner) => [...owner.names.keys()])
      this.#mentions = { owners, of: createMentions(needles, []) }
    }
    const { owners, of } = this.#mentions
    return of.find(text).flatMap(({ endpoint, value }) => {
      const owner = owners[endpoint]
      return owner === undefined ? [] : [{ owner, by: owner.names.get(normalise(value)) ?? 'pod-name' }]
    })
  }

  /** Known, and still not of one backend: two pods on the host's network share its address. */
  #isShared(value: string): boolean {
    return partsOf(value).some((part) => this.#byName.has(normalise(part)))
  }
}

/** Of the owners of a name the only current one; with none current, the one that was seen last. */
function theOne(owners: ReadonlySet<Owner> | undefined): Owner | undefined {
  if (owners === undefined) return undefined
  const all = [...owners]
  const last = Math.max(...all.map((owner) => owner.seen))
  const latest = all.filter((owner) => owner.seen === last)
  return latest.length === 1 ? latest[0] : undefined
}

/** The backend that an endpoint is, found out without an answer. */
export function backendAt(endpoint: Endpoint, by: RecognisedBackend['by']): RecognisedBackend {
  const { source: _, ...found } = backend({ key: ownerOf(endpoint), endpoint }, by, 'body')
  return found
}

function backend(
  { key, endpoint }: Pick<Owner, 'key' | 'endpoint'>,
  by: RecognisedBackend['by'],
  source: Identity['source'],
): RecognisedBackend {
  return describe(key, endpoint, by, source)
}

function describe(
  key: string,
  endpoint: Endpoint,
  by: RecognisedBackend['by'],
  source: Identity['source'],
): RecognisedBackend {
  return {
    key,
    kind: endpoint.pod === undefined ? 'address' : 'pod',
    name: endpoint.pod ?? endpoint.address,
    ...(endpoint.node === undefined ? {} : { node: endpoint.node }),
    address: endpoint.address,
    by,
    source,
  }
}

const descriptionLength = 40

/** An answer that names nobody, described by its first line that holds something. */
function anonymous({ source, value, excerpt }: Identity): RecognisedBackend {
  // An excerpt is headers, an empty line, and the beginning of the body.
  const body = excerpt?.slice(excerpt.indexOf('\n\n') + 1) ?? ''
  const line = body.split('\n').find((candidate) => candidate.trim() !== '')
  const name =
    line === undefined ? `answer ${value.slice(0, 8)}` : `"${line.trim().slice(0, descriptionLength)}"`
  return { key: `answer ${value}`, kind: 'anonymous', name, by: 'anonymous', source }
}

/** The value itself, without a port, and the first label of a name with a domain. */
function partsOf(value: string): string[] {
  const parts = [value]
  const address = addressOf(value)
  if (address !== undefined) parts.push(address)
  else {
    const [host = ''] = value.split(':', 1)
    const [label = ''] = host.split('.', 1)
    parts.push(host, label)
  }
  return parts
}

/** The IP address that `value` is, with a port or without. */
function addressOf(value: string): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(value)?.[1]
  if (bracketed !== undefined) return addressOf(bracketed)
  if (normaliseIpv6(value) !== undefined) return value
  const ipv4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/i.exec(value)?.[1]
  return ipv4?.split('.').every((byte) => Number(byte) < 256) === true ? ipv4 : undefined
}

function normalise(name: string): string {
  return normaliseIpv6(name) ?? name.toLowerCase()
}
