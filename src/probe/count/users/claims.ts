import { hostAndPort } from '../../../model/common/network/ip.ts'
import { createHash } from 'node:crypto'
import { digestOf } from '../../../agent/cookies/describe.ts'
import type { CookieForm, SetCookie } from '../../../model/probe/cookies/cookie.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'

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

/** `10.244.1.7:8080`, as proxies write it. */
export function addressOf({ address, port }: Pick<Endpoint, 'address' | 'port'>): string {
  return hostAndPort(address, port)
}

/**
 * What proxies write for a backend: Traefik (16 digits of the SHA-256 of its URL), nginx's `sticky` (MD5 of the address), and
 * ingress-nginx with `affinity-mode: persistent` (lua/balancer/sticky_persistent.lua).
 */
export function valuesFor(address: string, upstreams: readonly string[]): string[] {
  return [
    ...writtenAs('hex16', address, upstreams),
    ...writtenAs('md5', address, upstreams),
    ...writtenAs('two-md5', address, upstreams),
  ]
}

/** The same of one form; with several there is no telling which is meant. Empty for forms that cannot be computed. */
export function writtenAs(form: CookieForm, address: string, upstreams: readonly string[]): string[] {
  if (form === 'hex16')
    return ['http', 'https'].map((scheme) => hash('sha256', `${scheme}://${address}`).slice(0, 16))
  if (form === 'md5') return [hash('md5', address)]
  if (form === 'two-md5')
    return upstreams.map((name) => `${hash('md5', name + address)}|${hash('md5', hash('md5', name) + name)}`)
  return form === 'address' ? [statefulSession(address)] : []
}

/**
 * As Envoy writes it: base64 of a message in double quotes, with the address as field 1 and the end as field 2.
 *
 * @param endSeconds since 1970
 */
export function statefulSession(address: string, endSeconds?: number): string {
  const end = endSeconds === undefined ? [] : [0x10, ...varint(endSeconds)]
  const bytes = Buffer.from([0x0a, address.length, ...Buffer.from(address, 'latin1'), ...end])
  return `"${bytes.toString('base64')}"`
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

function hash(algorithm: 'md5' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}
