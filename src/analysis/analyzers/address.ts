import { analyzer, type View } from '../../mechanisms/analyzer.ts'
import { doorsIn, hidesClients } from '../../mechanisms/doors.ts'
import { gateways } from '../../mechanisms/gateway-api/objects.ts'
import { istioGateways } from '../../mechanisms/istio/objects.ts'
import { at, record } from '../../mechanisms/kit/objects/loose.ts'
import { onceFor } from '../../mechanisms/kit/objects/once.ts'
import type { PathHop } from '../../model/affinity/leg.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import { keyOf, refOf } from '../../model/cluster/object.ts'
import { objectName } from '../../model/findings/finding.ts'
import { defined } from '../../model/common/values.ts'

/** A hash of the client's address, where the Service of the proxy puts the address of a node in its place. */
export const hashOfNodes = analyzer({
  codes: ['AFF-L7-HASH-OF-NODES'],
  applies: (view) => hashing(view).length > 0,
  analyse: (view, report) => {
    const all = doorsIn(view.store)
    const said = new Set<string>()
    for (const hop of hashing(view)) {
      const [object] = hop.configuredBy
      if (object === undefined || said.has(keyOf(object))) continue
      said.add(keyOf(object))
      const own = all.known ? doorsOf(hop, view, all.value) : []
      if (own.length === 0) {
        const what = `the Service of ${hop.mechanism}`
        report.cannot('AFF-L7-HASH-OF-NODES', all.known ? { what, reason: 'not-known' } : all.why)
        continue
      }
      const hiding = own.find(hidesClients)
      if (hiding === undefined) continue
      const ref = refOf(hiding)
      report('AFF-L7-HASH-OF-NODES', {
        message: `the hash is of the address that ${hop.mechanism} sees, and ${objectName(ref)} has externalTrafficPolicy Cluster: that is a node's address`,
        why: 'The Service proxy puts the node in the place of the client, so everybody who comes through one node gets one pod.',
        mend: [
          { deed: { kind: 'fields', of: ref, fields: { spec: { externalTrafficPolicy: 'Local' } } } },
          'let the load balancer tell the address, by PROXY protocol or a header, and the proxy trust it',
          'use a cookie',
        ],
        objects: [object, ref],
        at: defined({ object, field: hop.field }),
      })
    }
  },
})

/** Of ingress-nginx a finding of its own says it, which knows the rest of the key. */
function hashing({ paths }: View): PathHop[] {
  return paths
    .filter(({ entry }) => entry.kind === 'host')
    .flatMap(({ hops }) => hops)
    .filter(
      ({ policy, mechanism, kind }) =>
        kind !== 'load-balancer' &&
        policy.kind === 'hash' &&
        /^(client address|\$(binary_)?remote_addr)$/.test(policy.of) &&
        !mechanism.startsWith('ingress-nginx'),
    )
}

const owningGateway = 'gateway.envoyproxy.io/owning-gateway-name'
const gatewayLabels = ['gateway.networking.k8s.io/gateway-name', owningGateway]

/** What the labels of a proxy are, by the word that its hops are called with. */
const proxies: Readonly<Record<string, readonly string[]>> = {
  Traefik: ['traefik'],
  Contour: ['contour', 'envoy'],
}

/** By what tells the proxies: there may be thousands of Services, and as many hops with the same proxy. */
const knownDoors = onceFor((_all: readonly Service[]) => new Map<string, readonly Service[]>())

/** The Services that lead to the proxy of a hop: as its Gateway says, or as they are usually labelled. */
function doorsOf(
  { configuredBy, mechanism }: PathHop,
  { store }: View,
  all: readonly Service[],
): readonly Service[] {
  const wanted = configuredBy.flatMap((ref): (readonly [string, unknown])[][] => {
    const { namespace = '', name } = ref
    if (ref.kind !== gateways.kind) return []
    if (ref.group === gateways.group) return gatewayLabels.map((label) => [[label, name]])
    const gateway = store.get(istioGateways, { namespace, name })
    return [Object.entries(record(at(gateway?.spec, 'selector')))]
  })
  const names = Object.entries(proxies).find(([word]) => mechanism.startsWith(word))?.[1]
  const key = JSON.stringify([wanted, names])
  const doors = knownDoors(all).get(key) ?? all.filter((one) => isDoor(one, wanted, names))
  knownDoors(all).set(key, doors)
  return doors
}

function isDoor(
  { metadata, spec }: Service,
  wanted: readonly (readonly (readonly [string, unknown])[])[],
  names: readonly string[] | undefined,
): boolean {
  const selector = spec.selector ?? {}
  if (wanted.length > 0)
    return wanted.some(
      (labels) => labels.length > 0 && labels.every(([key, value]) => selector[key] === value),
    )
  if (names === undefined || selector[owningGateway] !== undefined) return false
  const marks = new Set([selector['app.kubernetes.io/name'], selector['app'], metadata.name])
  return names.some((name) => marks.has(name))
}
