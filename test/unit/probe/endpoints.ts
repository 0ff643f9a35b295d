import type { Endpoint } from '../../../src/model/cluster/endpoint.ts'

/** A ready pod; `ip` is the last byte of its address. */
export function pod(name: string, ip: number, more: Partial<Endpoint> = {}): Endpoint {
  return {
    address: `10.0.0.${ip}`,
    family: 'IPv4',
    port: 8080,
    pod: name,
    podUid: `uid-${name}-${ip}`,
    ready: true,
    serving: true,
    terminating: false,
    ...more,
  }
}

/** An address outside the cluster. */
export function host(address: string, more: Partial<Endpoint> = {}): Endpoint {
  const family = address.includes(':') ? 'IPv6' : 'IPv4'
  return { address, family, port: 8080, ready: true, serving: true, terminating: false, ...more }
}
