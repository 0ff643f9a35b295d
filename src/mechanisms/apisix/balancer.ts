import type { Policy } from '../../model/affinity/policy.ts'
import { at, text } from '../kit/objects/loose.ts'

/** What `hashOn` may be. */
export const hashOns = ['vars', 'header', 'cookie', 'consumer', 'vars_combinations']

/** Variables that may be hashed; APISIX refuses an upstream with another (apisix/schema_def.lua, upstream_hash_vars_schema). */
const variables =
  /^((uri|server_name|server_addr|request_uri|remote_port|remote_addr|query_string|host|hostname|mqtt_client_id)|arg_[0-9A-Za-z_-]+)$/

/** What `spec.loadbalancer` of type `chash` hashes, and what is wrong with it. */
export function hashOf(spec: unknown): { on: string; key?: string; refused?: string; meant?: string } {
  const given = text(at(spec, 'loadbalancer.hashOn')) ?? 'vars'
  // The controller drops what it does not know, and variables are the default.
  const on = hashOns.includes(given) ? given : 'vars'
  const key = text(at(spec, 'loadbalancer.key'))
  if (on === 'consumer') return { on }
  if (key === undefined) return { on, refused: 'a hash without a key' }
  const prefix = { header: 'http_', cookie: 'cookie_' }[on]
  const isTwice = prefix !== undefined && key.startsWith(prefix)
  if (isTwice) return { on, key, meant: key.slice(prefix.length) }
  if (on !== 'vars' || variables.test(key)) return { on, key }
  return { on, key, refused: `a hash of the variable "${key}"` }
}

/**
 * What `spec.loadbalancer` sticks on; undefined where it says nothing. A request without the cookie, the header or the
 * variable is hashed by its address (apisix/balancer/chash.lua), and no cookie is ever set.
 */
export function balancerPolicy(spec: unknown): Policy | undefined {
  const type = text(at(spec, 'loadbalancer.type'))
  if (type === undefined) return undefined
  if (type !== 'chash') return { kind: 'none' }
  const { on, key = '', refused } = hashOf(spec)
  if (refused !== undefined) return { kind: 'unknown', why: `APISIX refuses ${refused}` }
  if (on === 'consumer') return { kind: 'hash', of: 'consumer' }
  const points = 'into-a-hash'
  if (on === 'cookie') return { kind: 'cookie', name: key, madeBy: 'application', points }
  if (on === 'header') return { kind: 'header', name: key, points }
  if (key === 'remote_addr') return { kind: 'hash', of: 'client address' }
  if (on === 'vars_combinations') return { kind: 'hash', of: key }
  return { kind: 'hash', of: key.startsWith('arg_') ? `parameter ${key.slice('arg_'.length)}` : `$${key}` }
}
