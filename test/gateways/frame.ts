import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { kubectl, tryKubectl } from '../lab/kubernetes/kubectl.ts'

const run = promisify(execFile)

/** What somebody says of a host and path: sticky on what, in words that can be compared. */
export interface Claim {
  /** `host/path`. */
  where: string
  what: string
}

/** A host and path of which `explain` and the proxy say the same, or not. */
export interface Compared {
  where: string
  claim: string
  effective: string
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One of several, undefined as likely as any other. */
export function pick<T>(next: () => number, from: readonly [T, ...T[]]): T {
  return from[Math.floor(next() * from.length)] as T
}

/** Makes a namespace with these objects for a while. */
export async function inNamespace<T>(
  namespace: string,
  objects: readonly object[],
  body: () => Promise<T>,
): Promise<T> {
  await tryKubectl(['delete', 'namespace', namespace, '--ignore-not-found'])
  await kubectl(['create', 'namespace', namespace])
  try {
    const list = { apiVersion: 'v1', kind: 'List', items: objects }
    await kubectl(['create', '-n', namespace, '-f', '-'], { input: JSON.stringify(list) })
    return await body()
  } finally {
    await tryKubectl(['delete', 'namespace', namespace, '--wait=false'])
  }
}

/** A way from outside, with all its stages. */
export interface Entry {
  kind: string
  host?: string
  path?: string
  of: { kind: string; name: string }
  share?: number
  hops: Hop[]
}

export interface Hop {
  mechanism: string
  role: string
  arrival: string
  note?: string
  policy: {
    kind: string
    name?: string
    path?: string
    ttlSeconds?: number
    of?: string
    points?: string
    neverSent?: string
  }
}

/** A way from outside as `explain` draws it. */
export interface Way {
  host: string
  path: string
  of: string
  share: number | undefined
  hop: Hop
}

/** Every way through the objects of a kind, by the executable. */
export async function explainedEntries(
  executable: string,
  kubeconfig: string,
  kind: string,
  namespace: string,
): Promise<Entry[]> {
  const { stdout } = await run(executable, ['explain', kind, '--all', '-n', namespace, '-o', 'json'], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    maxBuffer: 100_000_000,
  })
  const { items } = JSON.parse(stdout) as { items: { status: { entries: Entry[] } }[] }
  return items.flatMap(({ status }) => status.entries)
}

/** The first stage of each of these ways, each host, path and object once. */
export async function explainedWays(
  executable: string,
  kubeconfig: string,
  kind: string,
  namespace: string,
): Promise<Way[]> {
  const entries = await explainedEntries(executable, kubeconfig, kind, namespace)
  const ways = entries.flatMap(({ host = '', path = '', of, share, hops: [hop] }): Way[] =>
    hop === undefined ? [] : [{ host, path, of: of.name, share, hop }],
  )
  return [...new Map(ways.map((way) => [`${way.host}${way.path} ${way.of}`, way])).values()]
}

/** Claims and what is so, side by side. */
export function compareClaims(claims: readonly Claim[], effective: readonly Claim[]): Compared[] {
  const truth = new Map(effective.map(({ where, what }) => [where, what]))
  const said = new Map(claims.map(({ where, what }) => [where, what]))
  return [...new Set([...truth.keys(), ...said.keys()])].map((where) => ({
    where,
    claim: said.get(where) ?? 'nothing',
    effective: truth.get(where) ?? 'nothing',
  }))
}
