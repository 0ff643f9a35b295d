import { byCreation, byText } from '../../kit/objects/age.ts'
import { type Fact, known, type Store, unknown } from '../../../model/cluster/store.ts'
import { keyOf, type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { at, list, record, strings, text } from '../../kit/objects/loose.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { covers, mostExact, serviceOfHost, wholeHost } from '../legs/hosts.ts'
import { destinationRules, rootNamespace } from '../objects.ts'

/** Whose proxy asks: rules are looked up from where it runs. */
export interface MeshClient {
  /** Undefined where it is not known. */
  namespace?: string
  /** Of its pod; undefined where they are not known. */
  labels?: Readonly<Record<string, string>>
}

/** A subset, and the rule that has it. */
export interface Subset {
  name: string
  value: unknown
  rule: LooseObject
  index: number
}

/** Rules for one host that count as one. */
export interface MergedRule {
  /** The first is the oldest. */
  rules: readonly LooseObject[]
  trafficPolicy?: { value: unknown; rule: LooseObject }
  subsets: readonly Subset[]
}

interface ExportedRule extends MergedRule {
  exportTo: ReadonlySet<string>
  selector: Readonly<Record<string, unknown>> | undefined
  namespace: string
}

/** The host of a rule, whole. */
export function hostOfRule({ spec, metadata }: LooseObject): string {
  return wholeHost(text(at(spec, 'host')) ?? '', metadata.namespace ?? '')
}

export function selectorOf({ spec }: LooseObject): Readonly<Record<string, unknown>> | undefined {
  const selector = at(spec, 'workloadSelector')
  return selector === undefined ? undefined : record(at(selector, 'matchLabels'))
}

/** Rules with a selector are for their own namespace, whatever else they say. */
export function exportOf(rule: LooseObject): ReadonlySet<string> {
  return new Set(selectorOf(rule) === undefined ? strings(at(rule.spec, 'exportTo')) : ['.'])
}

/**
 * The rule that a client's proxy goes by for a host: the first of these places that has any for it. Its own namespace,
 * that of the Service, the root namespace (istio/istio pilot/pkg/model/push_context.go, destinationRule). Undefined
 * where there is none.
 */
export function ruleFor(host: string, client: MeshClient, store: Store): Fact<MergedRule | undefined> {
  const all = store.list(destinationRules)
  if (!all.known) return all
  const { namespace, labels } = client
  const key = `${host} ${namespace ?? '*'} ${labels === undefined ? '' : JSON.stringify(labels)}`
  const before = chosen(all.value).get(key)
  if (before !== undefined) return before
  const rule = chosenOf(rulesCovering(host, all.value), host, client)
  chosen(all.value).set(key, rule)
  return rule
}

/** The rule that would count for the host of another one, if that was not there. */
export function wouldCount(rule: LooseObject, client: MeshClient, store: Store): LooseObject | undefined {
  const host = hostOfRule(rule)
  const found = chosenOf(
    rulesAbout(host, store).filter((one) => one !== rule),
    host,
    client,
  )
  return found.known ? found.value?.rules[0] : undefined
}

/** By host and client: routes, ways and analyzers of thousands of Services ask for the same ones. */
const chosen = onceFor((_rules: readonly LooseObject[]) => new Map<string, Fact<MergedRule | undefined>>())

function chosenOf(
  rules: readonly LooseObject[],
  host: string,
  client: MeshClient,
): Fact<MergedRule | undefined> {
  const names = client.namespace === undefined ? namespacesOf(rules) : [client.namespace]
  const found = names.map((namespace) => lookUp(rules, host, { ...client, namespace }))
  const missing = found.find((one) => !one.known)
  if (missing !== undefined) return missing
  const different = new Set(found.map((one) => (one.known ? keyOfRule(one.value) : '')))
  if (different.size === 1) return found[0]!
  return unknown({
    what: 'the namespace of the proxy, by which its DestinationRule is chosen',
    reason: 'not-known',
  })
}

/** The namespaces from which rules may be chosen differently, and one that stands for all others. */
export function namespacesOf(rules: readonly LooseObject[]): string[] {
  const named = rules.flatMap((rule) => [rule.metadata.namespace ?? '', ...exportOf(rule)])
  return [...new Set(named.filter((name) => name !== '*' && name !== '.')), anyOther]
}

/** Stands for the namespaces that no rule names. */
export const anyOther = ''

export function keyOfRule(rule: MergedRule | undefined): string {
  return (rule?.rules ?? []).map((one) => keyOf(refOf(one))).join(', ')
}

/** All rules that stand for a host. */
export function rulesAbout(host: string, store: Store): readonly LooseObject[] {
  const all = store.list(destinationRules)
  return all.known ? rulesCovering(host, all.value) : []
}

/** Most rules are for one host alone. */
const placed = onceFor((rules: readonly LooseObject[]) => {
  const all = rules.map((rule, index) => ({ rule, index, host: hostOfRule(rule) }))
  return {
    byHost: Map.groupBy(all, ({ host }) => host),
    wide: all.filter(({ host }) => host.startsWith('*')),
  }
})

/** The rules that stand for a host, in the order of the list. */
function rulesCovering(host: string, rules: readonly LooseObject[]): LooseObject[] {
  const { byHost, wide } = placed(rules)
  const found = [
    ...(byHost.get(host) ?? []),
    ...wide.filter((one) => one.host !== host && covers(one.host, host)),
  ]
  return found.toSorted((a, b) => a.index - b.index).map(({ rule }) => rule)
}

function lookUp(
  rules: readonly LooseObject[],
  host: string,
  client: MeshClient & { namespace: string },
): Fact<MergedRule | undefined> {
  for (const place of placesFor(rules, serviceOfHost(host)?.namespace, client.namespace)) {
    const exact = mostExact(place.rules.map(hostOfRule), host)
    if (exact === undefined) continue
    const merged = merge(place.rules.filter((rule) => hostOfRule(rule) === exact))
    const seen = merged.filter((one) => place.isOwn || isSeen(one.exportTo, client.namespace))
    if (seen.length === 0) continue
    return select(seen, client)
  }
  return known(undefined)
}

function isSeen(exportTo: ReadonlySet<string>, namespace: string): boolean {
  return exportTo.size === 0 || exportTo.has('*') || exportTo.has(namespace)
}

interface RulePlace {
  rules: readonly LooseObject[]
  isOwn: boolean
}

function placesFor(
  rules: readonly LooseObject[],
  ofService: string | undefined,
  ofClient: string,
): RulePlace[] {
  const within = (namespace: string): LooseObject[] =>
    rules.filter(({ metadata }) => (metadata.namespace ?? '') === namespace)
  const isPrivate = (rule: LooseObject): boolean => {
    const names = exportOf(rule)
    return names.size === 1 && (names.has('.') || names.has(rule.metadata.namespace ?? ''))
  }
  const isForOwn = (rule: LooseObject): boolean => {
    const names = exportOf(rule)
    return names.size === 0 || ['*', '.', rule.metadata.namespace ?? ''].some((name) => names.has(name))
  }
  const exported = (namespace: string): RulePlace => ({
    rules: within(namespace).filter((rule) => !isPrivate(rule)),
    isOwn: false,
  })
  return [
    // Rules of the root namespace are for everybody: to proxies that run there only private ones are their own.
    {
      rules: within(ofClient).filter(ofClient === rootNamespace ? isPrivate : isForOwn),
      isOwn: true,
    },
    ...(ofService === undefined ? [] : [exported(ofService)]),
    exported(rootNamespace),
  ]
}

/**
 * Rules for one host in one namespace: those with selectors first, then by age. Subsets are put together, and the first
 * policy counts as a whole (pilot/pkg/model/destination_rule.go, mergeDestinationRule).
 */
function merge(rules: readonly LooseObject[]): ExportedRule[] {
  const entries: ExportedRule[] = []
  for (const rule of rules.toSorted(byAge)) {
    const exportTo = exportOf(rule)
    const selector = selectorOf(rule)
    let isSeparate = true
    for (const [index, entry] of entries.entries()) {
      isSeparate = true
      const isEqual = exportTo.size === entry.exportTo.size && exportTo.isSupersetOf(entry.exportTo)
      if (!isEqual && !(entry.exportTo.size > 0 && exportTo.isSupersetOf(entry.exportTo))) continue
      if (isEqual) isSeparate = false
      const areBoth = selector !== undefined && entry.selector !== undefined
      const areSame =
        selector !== undefined &&
        entry.selector !== undefined &&
        isSubsetOf(selector, entry.selector) &&
        isSubsetOf(entry.selector, selector)
      if (areBoth && !areSame) {
        isSeparate = true
        continue
      }
      if (areSame || (selector === undefined && entry.selector === undefined)) isSeparate = false
      entries[index] = mergedWith(entry, rule)
    }
    if (isSeparate)
      entries.push(
        mergedWith(
          { rules: [], subsets: [], exportTo, selector, namespace: rule.metadata.namespace ?? '' },
          rule,
        ),
      )
  }
  return entries
}

function mergedWith(entry: ExportedRule, rule: LooseObject): ExportedRule {
  const names = new Set(entry.subsets.map(({ name }) => name))
  const subsets = list(at(rule.spec, 'subsets')).map((value, index): Subset => {
    return { name: text(record(value)['name']) ?? '', value, rule, index }
  })
  const value = at(rule.spec, 'trafficPolicy')
  return {
    ...entry,
    rules: [...entry.rules, rule],
    subsets: [...entry.subsets, ...subsets.filter(({ name }) => !names.has(name))],
    ...(entry.trafficPolicy === undefined && value !== undefined ? { trafficPolicy: { value, rule } } : {}),
  }
}

function select(
  entries: readonly ExportedRule[],
  { namespace, labels }: MeshClient,
): Fact<MergedRule | undefined> {
  for (const { selector, ...entry } of entries) {
    if (selector === undefined || entry.namespace !== namespace) continue
    if (labels === undefined)
      return unknown({
        what: "the labels of the proxy's pod, which a workloadSelector asks for",
        reason: 'not-known',
      })
    if (isSubsetOf(selector, labels)) return known(entry)
  }
  return known(entries.findLast(({ selector }) => selector === undefined))
}

function isSubsetOf(
  some: Readonly<Record<string, unknown>>,
  all: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(some).every(([key, value]) => all[key] === value)
}

function byAge(a: LooseObject, b: LooseObject): number {
  const rank = (rule: LooseObject): number => (selectorOf(rule) === undefined ? 1 : 0)
  return rank(a) - rank(b) || byCreation(a, b) || byText(a.metadata.name, b.metadata.name)
}
