import { createHash } from 'node:crypto'
import { digestOf } from '../../agent/cookies/describe.ts'
import type { SetCookie } from '../../model/cookie.ts'
import type { Endpoint } from '../../model/endpoint.ts'

/** Whom a cookie may name. */
export type Claimed = Pick<Endpoint, 'address' | 'port' | 'pod'>

/** The pods that cookies name, where a value can be computed for each: see docs/probing-gateways.md. */
export class Claims {
  readonly #salt: string
  readonly #upstreams: readonly string[]
  readonly #services: readonly Claimed[]
  #byDigest = new Map<string, Claimed>()
  #byAddress = new Map<string, Claimed>()

  /**
   * @param upstreams what ingress-nginx calls the backend: `namespace-service-port`, with the number or the name of the port
   * @param services where a proxy sends that does not go to the pods: a cookie then names nobody in particular
   */
  constructor(salt: string, upstreams: readonly string[], services: readonly Claimed[] = []) {
    this.#salt = salt
    this.#services = services
    this.#upstreams = upstreams
  }

  /** There are these endpoints now. */
  update(endpoints: readonly Claimed[]): void {
    this.#byDigest = new Map()
    this.#byAddress = new Map()
    for (const endpoint of [...endpoints, ...this.#services]) {
      const address = addressOf(endpoint)
      this.#byAddress.set(address, endpoint)
      for (const value of valuesFor(address, this.#upstreams))
        this.#byDigest.set(digestOf(value, this.#salt), endpoint)
    }
  }

  /** The endpoint that a cookie names, if it names one that is known. */
  of({ digest, names }: Pick<SetCookie, 'digest' | 'names'>): Claimed | undefined {
    return names === undefined ? this.#byDigest.get(digest) : this.#byAddress.get(names)
  }
}

function addressOf({ address, port }: Claimed): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/**
 * What proxies write for a backend: Traefik (16 digits of the SHA-256 of its URL), nginx's `sticky` (MD5 of the address), and
 * ingress-nginx with `affinity-mode: persistent` (lua/balancer/sticky_persistent.lua).
 */
export function valuesFor(address: string, upstreams: readonly string[]): string[] {
  return [
    hash('sha256', `http://${address}`).slice(0, 16),
    hash('sha256', `https://${address}`).slice(0, 16),
    hash('md5', address),
    ...upstreams.map((name) => `${hash('md5', name + address)}|${hash('md5', hash('md5', name) + name)}`),
  ]
}

function hash(algorithm: 'md5' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}
