import { objectName } from '../../../model/findings/finding.ts'
import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { type Analyzer, objectAnalyzer } from '../../analyzer.ts'
import { at, list, record } from '../../kit/objects/loose.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { services } from '../../service/objects.ts'
import { serviceOfHost } from '../legs/hosts.ts'
import { destinationRules, virtualServices } from '../objects.ts'
import { routesOf } from '../legs/routes.ts'
import { anyOther, hostOfRule, namespacesOf, ruleFor, rulesAbout, wouldCount } from '../rules/rules.ts'
import { hashesOf, levelsOf, portsOf } from './hashes.ts'

const hasHash = (rule: LooseObject): boolean => hashesOf(rule).length > 0

const ports = objectAnalyzer({
  about: destinationRules,
  codes: ['AFF-ISTIO-PORT-UNKNOWN', 'AFF-ISTIO-PORT-DROPS'],
  applies: hasHash,
  analyse: (rule, { store }, report) => {
    const to = serviceOfHost(hostOfRule(rule))
    const numbers = portsOf(rule, store)
    for (const { policy, field, port, subset } of levelsOf(rule)) {
      if (port === undefined) continue
      const balancer = record(policy)['loadBalancer']
      if (at(balancer, 'consistentHash') !== undefined && numbers?.includes(port) === false)
        report('AFF-ISTIO-PORT-UNKNOWN', {
          message: `portLevelSettings are for a port of the Service, and service/${to?.name} has no port ${port}: its ports are ${numbers.join(', ')}`,
          why: 'The whole entry does nothing, its load balancer included. The port of a Gateway does not count here.',
          mend: [
            numbers.length === 1 ? `number: ${numbers[0]}` : 'the number of a port of the Service',
            'move loadBalancer up to trafficPolicy',
          ],
          field: `${field}.port.number`,
        })
      const above = hashesOf(rule).some(
        (one) => one.port === undefined && (one.subset === undefined || one.subset === subset),
      )
      if (balancer === undefined && above)
        report('AFF-ISTIO-PORT-DROPS', {
          message: `the entry for port ${port} has no loadBalancer: on this port the hash of the level above does not count`,
          why: 'An entry for a port stands for the whole policy; what it leaves out is not taken from the level above it.',
          mend: ['repeat loadBalancer in the entry'],
          field,
        })
    }
  },
})

/** Destinations of all routes, by their hosts. */
const targetsIn = onceFor((routes: readonly LooseObject[]) =>
  Map.groupBy(
    routes.flatMap(routesOf).flatMap((route) => route.targets),
    ({ host }) => host,
  ),
)

const subsets = objectAnalyzer({
  about: destinationRules,
  codes: ['AFF-ISTIO-SUBSET-OVERRIDES', 'AFF-ISTIO-SUBSET-UNUSED'],
  needs: [virtualServices],
  applies: hasHash,
  analyse: (rule, { store, source }, report) => {
    const host = hostOfRule(rule)
    const hashes = hashesOf(rule)
    const isForAll = hashes.some(({ subset }) => subset === undefined)
    const routes = store.list(virtualServices)
    const targets = routes.known ? (targetsIn(routes.value).get(host) ?? []) : []
    for (const { policy, field, subset, port } of levelsOf(rule)) {
      if (subset === undefined) continue
      const balancer = record(policy)['loadBalancer']
      const isHash = at(balancer, 'consistentHash') !== undefined
      if (isForAll && balancer !== undefined && !isHash)
        report('AFF-ISTIO-SUBSET-OVERRIDES', {
          message: `subset ${subset} has a load balancer of its own${port === undefined ? '' : ` for port ${port}`}: the hash of the host does not count there`,
          why: 'The load balancer of a subset replaces that of the host.',
          mend: ['remove loadBalancer from the subset'],
          field: `${field}.loadBalancer`,
        })
      const isUsed = targets.some((target) => target.subset === subset)
      if (isHash && !isForAll && !isUsed && (source === 'cluster' || targets.length > 0))
        report('AFF-ISTIO-SUBSET-UNUSED', {
          message: `the hash is in subset ${subset}, and no route leads to it`,
          why: 'The policy of a subset counts for requests only that a VirtualService sends to the subset.',
          mend: ['move loadBalancer up to trafficPolicy', `name subset: ${subset} in a route`],
          field: `${field}.loadBalancer.consistentHash`,
        })
    }
  },
})

const hidden = objectAnalyzer({
  about: destinationRules,
  codes: ['AFF-ISTIO-RULE-HIDDEN'],
  applies: hasHash,
  analyse: (rule, { store, paths }, report) => {
    const host = hostOfRule(rule)
    if (serviceOfHost(host) === undefined) return
    const ref = refOf(rule)
    const without = namespacesOf(rulesAbout(host, store)).flatMap((namespace) => {
      // Pods that a selector asks for are not known; without any label they go by the rule that is for all.
      const found = ruleFor(host, { namespace, labels: {} }, store)
      if (!found.known) return []
      const isUsed =
        found.value?.trafficPolicy?.rule === rule || found.value?.subsets.some((one) => one.rule === rule)
      return isUsed === true ? [] : [{ namespace, by: found.value?.rules[0] }]
    })
    const isOfSome = at(rule.spec, 'workloadSelector') !== undefined
    if (without.length === 0 || isOfSome) return
    const isGateway = paths.some(({ hops }) => hops.some(({ kind }) => kind === 'gateway'))
    const [first] = without.filter(({ by }) => by !== undefined)
    // Kept for its own namespace on purpose, as long as nobody comes through a gateway of another one.
    if (first === undefined && !isGateway) return
    const names = without.map(({ namespace }) => (namespace === anyOther ? 'any other namespace' : namespace))
    report('AFF-ISTIO-RULE-HIDDEN', {
      message:
        first?.by === undefined
          ? `proxies in other namespaces do not see this rule (${names.join(', ')}): exportTo keeps it from them`
          : `proxies in ${names.join(', ')} go by ${objectName(refOf(first.by))} of ${first.by.metadata.namespace} instead`,
      why: 'Rules are looked up in the namespace of the proxy, then in that of the Service, then in istio-system. The first place that has one for the host ends the search, and of several there the oldest policy counts.',
      mend: ['put the hash into the rule that counts', 'one rule for each host, beside its Service'],
      objects: [ref, ...(first?.by === undefined ? [] : [refOf(first.by)])],
      field:
        list(at(rule.spec, 'exportTo')).length > 0 && first === undefined ? 'spec.exportTo' : 'spec.host',
    })
  },
})

/** Of several hosts that cover a Service the most exact one counts as a whole, though it says less. */
const replaced = objectAnalyzer({
  about: destinationRules,
  codes: ['AFF-ISTIO-RULE-HIDDEN'],
  applies: (rule) => levelsOf(rule).every(({ policy }) => record(policy)['loadBalancer'] === undefined),
  analyse: (rule, { store }, report) => {
    const host = hostOfRule(rule)
    const client = { namespace: anyOther, labels: {} }
    const found = ruleFor(host, client, store)
    if (serviceOfHost(host) === undefined || !found.known || found.value?.rules[0] !== rule) return
    const wide = wouldCount(rule, client, store)
    if (wide === undefined || hostOfRule(wide) === host || !hasHash(wide)) return
    const name = objectName(refOf(wide))
    report('AFF-ISTIO-RULE-HIDDEN', {
      message: `the hash of ${name} (${hostOfRule(wide)}) does not count for ${host}: this rule is for that host alone, and has no loadBalancer`,
      why: 'Rules of several hosts are not put together: the one with the most exact host counts as a whole, and what it leaves out is the default.',
      mend: [`repeat the loadBalancer of ${name} in it`],
      objects: [refOf(rule), refOf(wide)],
      field: 'spec.host',
    })
  },
})

const locality = objectAnalyzer({
  about: destinationRules,
  codes: ['AFF-ISTIO-LOCALITY'],
  applies: hasHash,
  analyse: (rule, { store }, report) => {
    const to = serviceOfHost(hostOfRule(rule))
    const isNear = to !== undefined && at(store.get(services, to)?.spec, 'trafficDistribution') !== undefined
    for (const { field, balancer } of hashesOf(rule)) {
      const level = field.replace(/\.loadBalancer\.consistentHash$/, '')
      const isEjecting = at(at(rule, level.replaceAll(/\[(\d+)\]/g, '.$1')), 'outlierDetection') !== undefined
      const isSwitched = at(balancer, 'localityLbSetting.enabled') === false
      if (isSwitched || (!isNear && !isEjecting)) continue
      report('AFF-ISTIO-LOCALITY', {
        message: isEjecting
          ? 'with outlierDetection proxies prefer pods of their own zone: a client that meets proxies in two zones is on two pods'
          : 'with trafficDistribution on the Service proxies prefer pods of their own zone: a client that meets proxies in two zones is on two pods',
        why: 'A hash and locality load balancing go together only where all proxies are in one zone. Each proxy ejects pods for itself as well.',
        mend: ['localityLbSetting: {enabled: false} in loadBalancer'],
        field: isEjecting ? `${level}.outlierDetection` : field,
      })
    }
  },
})

export const ruleAnalyzers: readonly Analyzer[] = [ports, subsets, hidden, replaced, locality]
