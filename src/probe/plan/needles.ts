import type { Endpoint } from '../../model/cluster/endpoint.ts'

/** A string by which an answer may name an endpoint. */
export interface Name {
  value: string
  by: 'pod-name' | 'hostname' | 'pod-ip' | 'address'
}

/** Names are cut to what the kernel holds as a hostname (kubelet: truncatePodHostnameIfNeeded). */
const hostnameLength = 63

/** Endpoints of the same pod, one per address family, are one backend. */
export function ownerOf({ pod, address }: Pick<Endpoint, 'pod' | 'address'>): string {
  return pod === undefined ? `address ${address}` : `pod ${pod}`
}

/** How an answer may name `endpoint`, best name first. */
export function namesOf(endpoint: Endpoint): Name[] {
  const { pod, hostname, address } = endpoint
  const names: Name[] = []
  if (pod !== undefined) {
    names.push({ value: pod, by: 'pod-name' })
    const cut = pod.slice(0, hostnameLength).replace(/[-.]+$/, '')
    if (cut !== pod) names.push({ value: cut, by: 'hostname' })
  }
  if (hostname !== undefined && hostname !== pod) names.push({ value: hostname, by: 'hostname' })
  names.push({ value: address, by: pod === undefined ? 'address' : 'pod-ip' })
  return names
}

export interface Needles {
  /** Per backend, the strings that name it and no other. */
  needles: string[][]
  /** The endpoints that these are of. */
  endpoints: Endpoint[]
  /** Backends for which there was no room. */
  leftOut: number
}

/** All needles travel in the arguments of the agent's container, which are part of the Job: keep it small. */
const mostBytes = 64 * 1024

/**
 * What the agent looks for in answers. A string that several backends share names none of them and is left out: the
 * address of pods on the host's network, or long names that are the same once they are cut.
 * Ready endpoints come first when there is not room for all.
 */
export function needlesOf(endpoints: readonly Endpoint[], bytes = mostBytes): Needles {
  const owners = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints.toSorted((one, other) => Number(other.ready) - Number(one.ready))) {
    const key = ownerOf(endpoint)
    const same = owners.get(key)
    if (same === undefined) owners.set(key, [endpoint])
    else same.push(endpoint)
  }
  const holders = new Map<string, number>()
  const groups = [...owners.values()].map((own) => ({
    own,
    strings: new Set(own.flatMap((endpoint) => namesOf(endpoint).map((name) => name.value))),
  }))
  for (const { strings } of groups) {
    for (const string of strings) holders.set(string, (holders.get(string) ?? 0) + 1)
  }
  const result: Needles = { needles: [], endpoints: [], leftOut: 0 }
  let used = 2
  for (const { own, strings } of groups) {
    const group = [...strings].filter((string) => holders.get(string) === 1)
    used += JSON.stringify(group).length + 1
    if (used > bytes) result.leftOut += 1
    else {
      result.needles.push(group)
      result.endpoints.push(...own)
    }
  }
  return result
}
