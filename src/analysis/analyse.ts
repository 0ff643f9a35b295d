import { mechanisms } from '../mechanisms/index.ts'
import { ingresses } from '../mechanisms/ingress/index.ts'
import type { EndpointCount, OutsideEndpoint } from '../model/explanation.ts'
import type { Path } from '../model/leg.ts'
import { refOf } from '../model/object.ts'
import { networkOf } from '../path/network.ts'
import { pathsThrough } from '../path/walk.ts'
import { countedEndpoints, outsideEndpoints } from './endpoints.ts'
import { storeOf } from './store.ts'
import { type Finding, levels, type ObjectRef } from '../model/finding.ts'
import { servicePolicy, type ServicePolicy } from '../model/policy.ts'
import { type Fact, mapFact, type Unknown } from '../model/fact.ts'
import type { NamespacedName } from '../model/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import { type Semantics, semanticsOf } from '../proxies/semantics.ts'
import type { FindingDraft, InputName, Inputs, Subject } from './analyzer.ts'
import { analyzers } from './analyzers/index.ts'
import { allCodes, type Code, codeInfo, codeLink } from './codes.ts'

/** What a snapshot says about one Service. */
export interface Explanation {
  target: NamespacedName
  service: ServiceSnapshot['service']
  paths: readonly Path[]
  endpoints?: EndpointCount
  /** The endpoints one by one, where they are outside the cluster: a Service without selector. */
  outside?: readonly OutsideEndpoint[]
  policy: ServicePolicy
  /** What the policy means on the proxy of this cluster; absent where that is not known. */
  semantics?: Semantics
  /** The worst first; within a level in the order of the table of codes. */
  findings: Finding[]
  /** Codes that were looked for and not found. Every code of an analyzer is found, or in exactly one of these lists. */
  passed: Code[]
  /** Codes that could not be looked for, or not everywhere, by what would have to be known. */
  notPossible: NotPossible[]
  /** Codes that say nothing about such a Service: there was nothing to look at. */
  doesNotApply: Code[]
  /** All that should have been read and could not be, whether a code depends on it or not. */
  unknown: Unknown[]
}

export interface NotPossible {
  codes: Code[]
  why: Unknown
}

/** Draws the path and looks for every code of the table. Pure. Throws when the snapshot does not hold the target. */
export function analyse(snapshot: Snapshot, target: NamespacedName): Explanation {
  const found = snapshot.services.find(
    ({ service: { metadata } }) =>
      metadata.name === target.name && (metadata.namespace ?? 'default') === target.namespace,
  )
  if (found === undefined) throw new Error(`the snapshot does not hold ${target.namespace}/${target.name}`)
  return analyseService(snapshot, found)
}

/** The same for a Service that was found already. */
export function analyseService(snapshot: Snapshot, found: ServiceSnapshot): Explanation {
  const { service } = found
  const ref = { namespace: service.metadata.namespace ?? 'default', name: service.metadata.name }
  const subject: Subject = { ref, service, source: snapshot.source, policy: servicePolicy(service) }
  const paths = pathsThrough(refOf(service), networkOf(storeOf(snapshot, found), mechanisms))
  const facts = factsOf(snapshot, found, paths)
  const endpoints = countedEndpoints(subject, facts.slices)
  const outside = outsideEndpoints(subject, facts.slices)
  const findings: Finding[] = []
  const states = new CheckStates()
  for (const { codes, inputs, applies, analyse: run } of analyzers) {
    const isAbout = applies(subject)
    const missing = isAbout ? firstUnknown(inputs, facts) : undefined
    for (const code of codes) states.add(code, missing ?? (isAbout ? 'passed' : 'does-not-apply'))
    if (!isAbout || missing !== undefined) continue
    const say = (code: Code, draft: FindingDraft): void => {
      states.add(code, 'found')
      findings.push(toFinding(code, draft, snapshot, ref))
    }
    run(subject, valuesOf(inputs, facts), Object.assign(say, { cannot: states.add.bind(states) }))
  }
  return {
    target: ref,
    service,
    paths,
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(outside.length === 0 ? {} : { outside }),
    policy: subject.policy,
    ...(facts.proxy.known ? { semantics: semanticsOf(facts.proxy.value) } : {}),
    findings: sortFindings(findings),
    ...states.lists(),
    unknown: unknownsOf(facts),
  }
}

/** What is known of each code: the worst that one of its analyzers says. */
class CheckStates {
  readonly #states = new Map<Code, 'found' | 'passed' | 'does-not-apply' | Unknown>()

  add(code: Code, state: 'found' | 'passed' | 'does-not-apply' | Unknown): void {
    const before = this.#states.get(code)
    if (before === undefined || badness(state) > badness(before)) this.#states.set(code, state)
  }

  lists(): Pick<Explanation, 'passed' | 'notPossible' | 'doesNotApply'> {
    const states = [...this.#states]
    const of = (wanted: string): Code[] => states.flatMap(([code, state]) => (state === wanted ? [code] : []))
    const blocked = new Map<string, NotPossible>()
    for (const [code, why] of states) {
      if (typeof why === 'string') continue
      const entry = blocked.get(why.what) ?? { codes: [], why }
      entry.codes.push(code)
      blocked.set(why.what, entry)
    }
    return { passed: of('passed'), notPossible: [...blocked.values()], doesNotApply: of('does-not-apply') }
  }
}

function badness(state: 'found' | 'passed' | 'does-not-apply' | Unknown): number {
  if (typeof state !== 'string') return 2
  return { 'does-not-apply': 0, passed: 1, found: 3 }[state]
}

export type Facts = { [Name in InputName]: Fact<Inputs[Name]> }

function factsOf(snapshot: Snapshot, found: ServiceSnapshot, paths: readonly Path[]): Facts {
  const { slices, pods, autoscalers, networkPolicies, ingresses: fronts, routes, events } = found
  const { proxy, windowsNodes, version, ingressClasses } = snapshot
  return {
    slices,
    pods,
    autoscalers,
    networkPolicies,
    events,
    proxy,
    windowsNodes,
    version,
    ingressPaths: !fronts.known ? fronts : mapFact(ingressClasses, () => paths.filter(isOfIngress)),
    routePaths: mapFact(routes, () => paths.filter((path) => !isOfIngress(path))),
  }
}

function isOfIngress({ entry }: Path): boolean {
  return entry.of.kind === ingresses.kind && entry.of.group === ingresses.group
}

function firstUnknown(inputs: readonly InputName[], facts: Facts): Unknown | undefined {
  for (const name of inputs) {
    const fact = facts[name]
    if (!fact.known) return fact.why
  }
  return undefined
}

function unknownsOf(facts: Facts): Unknown[] {
  const found = new Map<string, Unknown>()
  for (const fact of Object.values(facts)) {
    // What nobody asked for is no gap, and files never hold a cluster.
    if (fact.known || fact.why.reason === 'not-asked' || fact.why.reason === 'not-in-files') continue
    found.set(fact.why.what, fact.why)
  }
  return [...found.values()]
}

/** Nothing but what is declared: an analyzer that reads more finds nothing there. */
function valuesOf(inputs: readonly InputName[], facts: Facts): Inputs {
  const values = inputs.map((name) => {
    const fact = facts[name]
    return [name, fact.known ? fact.value : undefined] as const
  })
  return Object.fromEntries(values) as unknown as Inputs
}

function toFinding(code: Code, draft: FindingDraft, snapshot: Snapshot, ref: NamespacedName): Finding {
  const { message, why, mend = [], objects = [], field } = draft
  const service: ObjectRef = { kind: 'Service', ...ref }
  // What is said about another object stands there, unless a field of the Service is to blame.
  const at = draft.at ?? { object: field === undefined ? (objects[0] ?? service) : service, field }
  const position = snapshot.locate?.(at.object, at.field) ?? snapshot.locate?.(service)
  return {
    code,
    level: codeInfo(code).level,
    objects: [service, ...objects],
    message,
    why,
    mend,
    link: codeLink(code),
    ...(position === undefined ? {} : { position }),
  }
}

const order = new Map<string, number>(allCodes.map((code, index) => [code, index]))

/** By level, then in the order of the table; equal ones stay as they were reported. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const rank = ({ level, code }: Finding): number => levels.indexOf(level) * 1000 + (order.get(code) ?? 0)
  return findings.toSorted((a, b) => rank(a) - rank(b))
}
