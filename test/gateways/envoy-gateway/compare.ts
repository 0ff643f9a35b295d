import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { explainReport, explainReportList } from '../../../src/model/contract/explain.ts'
import { namespaceObject } from '../../lab/gateways/support/objects.ts'
import type { Site } from '../../scenarios/support/site.ts'
import { run } from '../../scenarios/support/command.ts'
import type { Compared } from '../frame.ts'
import { askPod } from '../forward.ts'
import { type Case, cases, gatewayNames, grant, marker, shared } from './cases.ts'
import { type Claim, claimsOf } from './claims.ts'
import { type Effective, effectiveOf, type Json } from './effective.ts'

/** How many of the set-ups, spread over all of them; all unless given. */
export interface Options {
  about?: number
}

/**
 * Applies set-ups in namespaces of their own, and puts what `explain` says of each host and path beside what the Envoys
 * of their gateways are told to do.
 */
export async function compare(site: Site, { about = Infinity }: Options = {}): Promise<Compared[]> {
  const namespace = `eg-${randomBytes(3).toString('hex')}`
  const other = `${namespace}-far`
  const all = cases(other)
  const every = Math.max(1, Math.floor(all.length / about))
  const chosen = all.filter((_, index) => index % every === 0)
  try {
    await site.kubectl(['apply', '-f', '-'], listed([namespaceObject(namespace), namespaceObject(other)]))
    await apply(site, namespace, [
      ...shared(other),
      ...chosen.flatMap(({ objects }) => objects),
      grant(other, namespace),
    ])
    for (const one of [namespace, other])
      await site.kubectl(['-n', one, 'rollout', 'status', 'deployment/echo', '--timeout=120s'])
    await site.kubectl([
      '-n',
      namespace,
      'wait',
      '--for=condition=Programmed',
      '--timeout=180s',
      ...gatewayNames.map((name) => `gateway/${name}`),
    ])
    const clusterIPs = new Set(
      (await site.kubectl(['get', 'services', '-A', '-o', 'jsonpath={.items[*].spec.clusterIP}'])).split(
        /\s+/,
      ),
    )
    const host = `marker-${randomBytes(3).toString('hex')}.test`
    await apply(site, namespace, marker(host))
    const effective = new Map<string, readonly Effective[]>()
    for (const name of gatewayNames) {
      const accepted = await acceptedAt(site, namespace, name)
      effective.set(name, await effectiveAt({ site, namespace, name, clusterIPs, host, accepted }))
    }
    const claims = await claimsAbout(site, namespace, chosen)
    return chosen.flatMap((one) => compareOne(one, claims.get(one.name) ?? [], effective))
  } finally {
    await site.kubectl(['delete', 'namespace', namespace, other, '--wait=false'])
  }
}

/** By gateway, host and path; a route may be taken by several listeners of a gateway. */
function compareOne(
  { name, host }: Case,
  claims: readonly Claim[],
  effective: ReadonlyMap<string, readonly Effective[]>,
): Compared[] {
  const keys = [...new Set(claims.map(({ gateway, path }) => JSON.stringify([gateway, path])))]
  return keys.map((key) => {
    const [gateway, path] = JSON.parse(key) as [string, string]
    const claimed = claims.filter((claim) => claim.gateway === gateway && claim.path === path)
    const found = (effective.get(gateway) ?? []).filter((one) => one.host === host && one.path === path)
    return {
      where: `${name}: gateway/${gateway} ${host}${path}`,
      claim: together(claimed),
      effective: found.length === 0 ? 'no way' : together(found),
    }
  })
}

function together(all: readonly { words: string }[]): string {
  return [...new Set(all.map(({ words }) => words))].toSorted().join(' | ')
}

async function claimsAbout(
  site: Site,
  namespace: string,
  chosen: readonly Case[],
): Promise<Map<string, Claim[]>> {
  const words = chosen.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`)
  const { stdout, stderr, code } = await run(site, ['explain', '-n', namespace, ...words, '-o', 'json'])
  if (code !== 0) throw new Error(`explain ended with ${code}: ${stderr}`)
  const answer: unknown = JSON.parse(stdout)
  const items = words.length === 1 ? [explainReport.parse(answer)] : explainReportList.parse(answer).items
  return new Map(items.map(({ metadata, status }) => [metadata.name, claimsOf(status.entries)]))
}

interface Watched {
  site: Site
  namespace: string
  name: string
  clusterIPs: ReadonlySet<string>
  /** Of the marker. */
  host: string
  /** Hosts of routes that the gateway has accepted. */
  accepted: readonly string[]
}

/** What a gateway's Envoy does, as soon as it has heard of the marker and of all routes that are accepted. */
async function effectiveAt({
  site,
  namespace,
  name,
  clusterIPs,
  host,
  accepted,
}: Watched): Promise<Effective[]> {
  const labels = [
    `gateway.envoyproxy.io/owning-gateway-name=${name}`,
    `gateway.envoyproxy.io/owning-gateway-namespace=${namespace}`,
  ]
  const system = 'envoy-gateway-system'
  const pods = ['get', 'pods', '-l', labels.join(','), '--field-selector=status.phase=Running', '-o', 'name']
  const deadline = Date.now() + 120_000
  for (;;) {
    const pod = (await site.kubectl(['-n', system, ...pods])).split('\n')[0] ?? ''
    const asked = { namespace: system, pod, port: 19_000, path: '/config_dump?include_eds' }
    const dump = pod === '' ? undefined : await askPod(site, asked).catch(() => undefined)
    // A cluster that has changed is the old one until its new endpoints are there.
    const isWarm = dump !== undefined && !dump.includes('dynamic_warming_clusters')
    const found = isWarm ? effectiveOf(JSON.parse(dump) as Json, clusterIPs) : []
    const hosts = new Set(found.map((one) => one.host))
    const isMarked = found.some((one) => one.host === host && one.words.startsWith('cookie marker'))
    if (isMarked && accepted.every((one) => hosts.has(one))) return found
    if (Date.now() > deadline) throw new Error(`the Envoy of gateway/${name} has not heard of ${host}`)
    await sleep(500)
  }
}

interface RouteList {
  items: {
    spec: { hostnames: string[] }
    status?: { parents?: { parentRef: { name: string }; conditions: { type: string; status: string }[] }[] }
  }[]
}

/** The hosts of all routes that a gateway has accepted, once it has an opinion on each. */
async function acceptedAt(site: Site, namespace: string, gateway: string): Promise<string[]> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const text = await site.kubectl(['-n', namespace, 'get', 'httproutes,grpcroutes', '-o', 'json'])
    const { items } = JSON.parse(text) as RouteList
    const isSettled = items.every(({ status }) => (status?.parents ?? []).length > 0)
    if (isSettled || Date.now() > deadline)
      return items.flatMap(({ spec, status }) =>
        (status?.parents ?? []).some(
          ({ parentRef, conditions }) =>
            parentRef.name === gateway &&
            conditions.some(({ type, status: is }) => type === 'Accepted' && is === 'True'),
        )
          ? spec.hostnames
          : [],
      )
    await sleep(500)
  }
}

async function apply(site: Site, namespace: string, objects: readonly object[]): Promise<void> {
  const placed = objects.map((object) => {
    const metadata = 'metadata' in object ? (object.metadata as { namespace?: string }) : {}
    return { ...object, metadata: { namespace, ...metadata } }
  })
  await site.kubectl(['apply', '--server-side', '-f', '-'], listed(placed))
}

function listed(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}
