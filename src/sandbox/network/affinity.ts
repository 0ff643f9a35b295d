import type { ProxyMode } from '../choices.ts'

/** How a Service proxy keeps a client on its pod. */
export interface AffinityRules {
  /** `idle`: each new connection starts the time again. `absolute`: only the first one does. */
  timer: 'idle' | 'absolute'
  clock: Clock
  /**
   * A client has an entry for each address of a Service, and whoever is on a node is served there, whichever node's port
   * it asks for: by its socket, which needs no address of the node's.
   */
  perEntry?: true
  /** It deals endpoints out in turn, whoever asks, and picks none by chance. */
  inTurn?: true
}

/**
 * Until when an entry holds. `exact`: as long as configured. `whole-seconds`: both its beginning and the present are cut to
 * whole seconds, so that it ends up to a second early. `swept`: who is over time goes when somebody looks, once a second.
 * `template`: it outlives its last connection, which spends two minutes in TIME_WAIT; while it does, an entry that is over
 * time gets another minute, and has no more than a minute from then on.
 */
type Clock = 'exact' | 'whole-seconds' | 'swept' | 'template'

/** What is known of the proxies; docs/sandbox.md says where from. */
export const affinityRules: Readonly<Record<ProxyMode, AffinityRules>> = {
  iptables: { timer: 'idle', clock: 'exact' },
  nftables: { timer: 'idle', clock: 'exact' },
  ipvs: { timer: 'idle', clock: 'template', inTurn: true },
  // It sets the persistence of IPVS, as kube-proxy does.
  'kube-router': { timer: 'idle', clock: 'template', inTurn: true },
  cilium: { timer: 'idle', clock: 'whole-seconds', perEntry: true },
  // A learned flow with a hard timeout, and one with an idle timeout: Open vSwitch looks for those that are over.
  antrea: { timer: 'absolute', clock: 'swept' },
  ovn: { timer: 'idle', clock: 'swept' },
}

const minuteMs = 60_000

/** A template that is over time gets minute after minute until its last connection has left TIME_WAIT. */
function endOfTemplate(sinceMs: number, lifeMs: number): number {
  const connectionMs = 2 * minuteMs
  const minutes = lifeMs > connectionMs ? 0 : Math.floor((connectionMs - lifeMs) / minuteMs) + 1
  return sinceMs + lifeMs + minutes * minuteMs
}

/** When an entry ends, in milliseconds. */
const endOf: Record<Clock, (sinceMs: number, lifeMs: number) => number> = {
  exact: (sinceMs, lifeMs) => sinceMs + lifeMs,
  'whole-seconds': (sinceMs, lifeMs) => Math.floor(sinceMs / 1000) * 1000 + lifeMs,
  swept: (sinceMs, lifeMs) => Math.ceil((sinceMs + lifeMs) / 1000) * 1000,
  template: endOfTemplate,
}

interface Pin {
  endpoint: string
  sinceMs: number
  /** What became of its timeout. */
  lifeMs?: number
}

/** Picks endpoints, and knows which client is held on which, for one port of one Service, or one address of it, on one node. Pure: the clock is passed in. */
export class AffinityTable {
  readonly #pins = new Map<string, Pin>()
  readonly #rules: AffinityRules
  #turn = 0

  constructor(rules: AffinityRules) {
    this.#rules = rules
  }

  /** The endpoint of a new connection of a client. */
  choose(
    client: string,
    endpoints: readonly string[],
    options: { timeoutSeconds: number; nowMs: number; random: () => number },
  ): string | undefined {
    const { timeoutSeconds, nowMs, random } = options
    const pin = this.#pins.get(client)
    const lifeMs = pin?.lifeMs ?? timeoutSeconds * 1000
    if (
      pin !== undefined &&
      nowMs < endOf[this.#rules.clock](pin.sinceMs, lifeMs) &&
      endpoints.includes(pin.endpoint)
    ) {
      if (this.#rules.clock === 'template' && nowMs >= pin.sinceMs + lifeMs) pin.lifeMs = minuteMs
      if (this.#rules.timer === 'idle') pin.sinceMs = nowMs
      return pin.endpoint
    }
    const endpoint = this.pick(endpoints, random)
    if (endpoint !== undefined) this.#pins.set(client, { endpoint, sinceMs: nowMs })
    return endpoint
  }

  /** An endpoint for who is not held. */
  pick(endpoints: readonly string[], random: () => number): string | undefined {
    const place = this.#rules.inTurn === true ? this.#turn++ % endpoints.length : random() * endpoints.length
    return endpoints[Math.floor(place)]
  }

  clear(): void {
    this.#pins.clear()
  }
}
