import { objectName } from '../../../model/findings/finding.ts'
import { keyOf, type LooseObject, refOf } from '../../../model/cluster/object.ts'
import type { Path, PathHop } from '../../../model/affinity/leg.ts'
import { type Policy, sticks } from '../../../model/affinity/policy.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { type Analyzer, analyzer, objectAnalyzer } from '../../analyzer.ts'
import { group as gatewayGroup } from '../../gateway-api/objects.ts'
import { at, strings } from '../../kit/objects/loose.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { gatewayOf, gatewayRef, isMissing, takenBy } from '../legs/gateway.ts'
import { hashPolicy } from '../rules/hash.ts'
import { clientOf } from '../rules/client.ts'
import { wholeHost } from '../legs/hosts.ts'
import { destinationRules, istioGateways, virtualServices } from '../objects.ts'
import { balancerOf, clusterPort, routeHash, rulingFor } from '../rules/policy.ts'
import { gatewayNames, isExportedTo, hostsOf, isOfMesh, type Route, routesOf } from '../legs/routes.ts'
import { type MeshClient, ruleFor } from '../rules/rules.ts'
import { hashesOf } from './hashes.ts'

const policyWords = (value: unknown): string => wordsOf(hashPolicy(value))

function wordsOf(policy: Policy): string {
  if (policy.kind === 'cookie' || policy.kind === 'header')
    return `${policy.kind} ${policy.name ?? ''}`.trim()
  return policy.kind === 'hash' ? policy.of : 'nothing'
}

const drawnWhy =
  'Envoy draws among weighted clusters at random for each request. The hash holds a client inside of each only.'
const drawnMend =
  'no field of Istio makes the draw sticky: route by a header or cookie (match: headers), or give all of the weight to one'

const weighted = objectAnalyzer({
  about: virtualServices,
  codes: ['AFF-ISTIO-WEIGHTED'],
  needs: [destinationRules],
  applies: (object) => routesOf(object).some(isSplit),
  analyse: (object, { store }, report) => {
    for (const route of routesOf(object).filter(isSplit)) {
      const rulings = route.targets.map((target) =>
        rulingFor(target, clientsOf(object, store), route.kind === 'http' ? 'http' : 'tcp', store),
      )
      const sticky = rulings.find(({ policy }) => sticks(policy) === true)
      if (sticky === undefined) continue
      const short = route.targets.map(({ subset, host }) => subset ?? host.split('.')[0])
      const isClear = new Set(short).size === short.length
      const names = isClear ? short : route.targets.map(({ host }) => host.replace(/\.svc\..*$/, ''))
      report('AFF-ISTIO-WEIGHTED', {
        message: `for every request one of ${names.join(' and ')} is drawn by weight, before the hash of ${policyWords(sticky.hash?.value)} comes in: clients change between them`,
        why: drawnWhy,
        mend: [drawnMend],
        field: `${route.targets[0]?.field}.weight`,
      })
    }
  },
})

/** The same for routes of the Gateway API, which Istio makes VirtualServices of. */
const weightedRoutes = analyzer({
  codes: ['AFF-ISTIO-WEIGHTED'],
  applies: ({ paths }) => paths.some(isDrawn),
  analyse: ({ paths }, report) => {
    const said = new Set<string>()
    for (const { hops } of paths.filter(isDrawn)) {
      const { configuredBy, field, policy } = hops.find(({ role }) => role === 'decides') as PathHop
      const [object] = configuredBy
      const key = `${object && keyOf(object)} ${field}`
      if (object === undefined || said.has(key)) continue
      said.add(key)
      report('AFF-ISTIO-WEIGHTED', {
        message: `for every request one of the backendRefs is drawn by weight, before the hash of ${wordsOf(policy)} comes in: clients change between them`,
        why: drawnWhy,
        mend: [drawnMend],
        objects: [object],
        at: { object, field: `${field}.backendRefs` },
      })
    }
  },
})

function isDrawn({ hops, share = 1 }: Path): boolean {
  const hop = hops.find(({ role }) => role === 'decides')
  const [route, ...others] = hop?.configuredBy ?? []
  return (
    share > 0 &&
    share < 1 &&
    route?.group === gatewayGroup &&
    others.some(({ kind }) => kind === destinationRules.kind) &&
    sticks(hop?.policy ?? { kind: 'none' }) === true
  )
}

function isSplit({ targets }: Route): boolean {
  return new Set(targets.map(({ host, subset, port }) => `${host} ${subset} ${port}`)).size > 1
}

const subsets = objectAnalyzer({
  about: virtualServices,
  codes: ['AFF-ISTIO-NO-SUBSET'],
  needs: [destinationRules],
  applies: (object) => targetsOf(object).some(({ subset }) => subset !== undefined),
  analyse: (object, { store, source }, report) => {
    for (const { subset, host, field } of targetsOf(object)) {
      if (subset === undefined) continue
      const found = ruleFor(host, { labels: {}, ...clientsOf(object, store) }, store)
      if (!found.known || (found.value === undefined && source === 'files')) continue
      if (found.value?.subsets.some(({ name }) => name === subset) === true) continue
      report('AFF-ISTIO-NO-SUBSET', {
        message: `no DestinationRule for ${host} has a subset ${subset}`,
        why: 'Requests to it are answered with 503.',
        mend: ['add the subset to the DestinationRule, or take it out of the route'],
        field: `${field}.destination.subset`,
      })
    }
  },
})

const unnamed = objectAnalyzer({
  about: virtualServices,
  codes: ['AFF-ISTIO-PORT-NOT-NAMED'],
  needs: [destinationRules],
  applies: (object) => targetsOf(object).length > 0,
  analyse: (object, { store }, report) => {
    for (const target of routesOf(object).flatMap(({ kind, targets }) => (kind === 'http' ? targets : []))) {
      if (target.port !== undefined) continue
      const found = ruleFor(target.host, clientsOf(object, store), store)
      if (!found.known || found.value === undefined) continue
      const port = clusterPort(target, store)
      const balancer = balancerOf(found.value, port, target.subset)
      const isRing = at(balancer?.value, 'consistentHash') !== undefined
      if (!isRing || routeHash(found.value, undefined, target.subset) !== undefined) continue
      report('AFF-ISTIO-PORT-NOT-NAMED', {
        message: `the hash is in portLevelSettings for port ${port}, and the route does not name the port: nothing is hashed`,
        why: 'The balancer is a ring then, and requests have no hash policy: they are spread at random.',
        mend: [`add port: {number: ${port}} to the destination`, 'move loadBalancer up to trafficPolicy'],
        field: `${target.field}.destination`,
      })
    }
  },
})

const notHttp = objectAnalyzer({
  about: virtualServices,
  codes: ['AFF-ISTIO-NOT-HTTP'],
  needs: [destinationRules],
  applies: (object) => routesOf(object).some(({ kind }) => kind !== 'http'),
  analyse: (object, { store }, report) => {
    for (const route of routesOf(object)) {
      if (route.kind === 'http') continue
      for (const target of route.targets) {
        const found = ruleFor(target.host, clientsOf(object, store), store)
        if (!found.known || found.value === undefined) continue
        const hash = found.value.rules
          .flatMap(hashesOf)
          .find(({ value }) => at(value, 'useSourceIp') !== true)
        const { policy } = rulingFor(target, clientsOf(object, store), 'tcp', store)
        if (hash === undefined || sticks(policy) === true) continue
        report('AFF-ISTIO-NOT-HTTP', {
          message: `the hash of ${policyWords(hash.value)} plays no part here: the proxy passes this traffic on without reading it`,
          why: 'In TLS that the gateway does not end, and in TCP, only useSourceIp works.',
          mend: ['end TLS at the gateway (mode: SIMPLE) and use an http route', 'useSourceIp: true'],
          field: route.field,
        })
      }
    }
  },
})

const gateways = objectAnalyzer({
  about: virtualServices,
  codes: ['AFF-ISTIO-NO-GATEWAY', 'AFF-ISTIO-HOST-NOT-TAKEN'],
  needs: [istioGateways],
  applies: (object) => gatewayNames(object).length > 0,
  analyse: (object, { store, source }, report) => {
    for (const [index, name] of strings(at(object.spec, 'gateways')).entries()) {
      if (name === 'mesh') continue
      const ref = gatewayRef(name, object)
      if (source === 'cluster' && !isInternal(name) && isMissing(ref, store)) {
        report('AFF-ISTIO-NO-GATEWAY', {
          message: `there is no ${objectName(ref)} in ${ref.namespace}`,
          why: 'Nobody comes in this way; what the route and its DestinationRule say has no effect for it.',
          mend: ['name it as NAMESPACE/NAME where it is in another namespace'],
          field: `spec.gateways[${index}]`,
        })
        continue
      }
      const found = gatewayOf(ref, store)
      const proxies = clientOf(found, store).namespace
      if (!isExportedTo(object, proxies)) {
        report('AFF-ISTIO-HOST-NOT-TAKEN', {
          message: `the proxies of ${objectName(ref)} run in ${proxies}, and exportTo keeps this route from them`,
          why: 'A proxy takes routes only that are exported to its own namespace, whatever the Gateway names.',
          mend: [`add ${proxies} to exportTo`, 'remove exportTo'],
          field: 'spec.exportTo',
        })
        continue
      }
      if (found === undefined || isTaken(found, object)) continue
      report('AFF-ISTIO-HOST-NOT-TAKEN', {
        message: `no server of ${objectName(ref)} takes ${hostsOf(object).join(', ')} for these routes`,
        why: 'Hosts of both have to match, http routes need a server that speaks HTTP or ends TLS, and tls routes one that does not.',
        mend: ['the same host in the Gateway and the VirtualService'],
        field: `spec.gateways[${index}]`,
      })
    }
  },
})

/** Istio makes such a one of each listener of the Gateway API, and no object of it is there to see. */
function isInternal(name: string): boolean {
  return name.includes('istio-autogenerated-k8s-gateway')
}

function isTaken(gateway: LooseObject, object: LooseObject): boolean {
  return routesOf(object).some(({ kind, hosts }) =>
    hosts.some((host) => takenBy(gateway, object, host, kind).length > 0),
  )
}

/** Of the first gateway; where it is not known, callers anywhere. */
function clientsOf(object: LooseObject, store: Store): MeshClient {
  const [name] = gatewayNames(object)
  return name === undefined ? {} : clientOf(gatewayOf(gatewayRef(name, object), store), store)
}

const targetsOf = (object: LooseObject) => routesOf(object).flatMap(({ targets }) => targets)

const meshOnly = objectAnalyzer({
  about: virtualServices,
  codes: ['AFF-ISTIO-MESH-ONLY'],
  needs: [virtualServices, destinationRules],
  applies: (object) => gatewayNames(object).length > 0 && !isOfMesh(object),
  analyse: (object, { store }, report) => {
    const all = store.list(virtualServices)
    for (const target of routesOf(object).flatMap(({ kind, targets }) => (kind === 'http' ? targets : []))) {
      if (target.subset !== undefined) continue
      if (sticks(rulingFor(target, clientsOf(object, store), 'http', store).policy) === true) continue
      const other = (all.known ? (ofMesh(all.value).get(target.host) ?? []) : []).find((one) =>
        routesOf(one).some(({ targets }) =>
          targets.some(
            (inside) =>
              inside.host === target.host &&
              inside.subset !== undefined &&
              sticks(rulingFor(inside, {}, 'http', store).policy) === true,
          ),
        ),
      )
      if (other === undefined) continue
      report('AFF-ISTIO-MESH-ONLY', {
        message: `requests through the gateway do not pass ${objectName(refOf(other))}, which leads callers in the mesh to a subset with a hash: nothing is hashed here`,
        why: 'A gateway goes by the VirtualServices alone that name it, and the policy of a subset counts for routes only that name the subset.',
        mend: ['name the subset in this route, too', `name the gateway in ${objectName(refOf(other))}`],
        objects: [refOf(object), refOf(other)],
        field: `${target.field}.destination`,
      })
    }
  },
})

/** The VirtualServices of the mesh by their hosts. */
const ofMesh = onceFor((objects: readonly LooseObject[]) => {
  const all = objects
    .filter(isOfMesh)
    .flatMap((object) =>
      hostsOf(object).map((host) => ({ object, host: wholeHost(host, object.metadata.namespace ?? '') })),
    )
  const groups = Map.groupBy(all, ({ host }) => host)
  return new Map([...groups].map(([host, found]) => [host, found.map(({ object }) => object)]))
})

export const routeAnalyzers: readonly Analyzer[] = [
  weighted,
  weightedRoutes,
  subsets,
  unnamed,
  notHttp,
  gateways,
  meshOnly,
]
