import type { Path } from '../model/entry.ts'
import { type Finding, levels } from '../model/finding.ts'
import { servicePolicy, type ServicePolicy } from '../model/policy.ts'
import type { Fact, Unknown } from '../model/fact.ts'
import type { NamespacedName } from '../model/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import { type Semantics, semanticsOf } from '../proxies/semantics.ts'
import type { InputName, Inputs, Report, Subject } from './analyzer.ts'
import { analyzers } from './analyzers/index.ts'
import { allCodes, type Code, codeInfo, codeLink } from './codes.ts'
import { pathOf } from './path.ts'

/** What a snapshot says about one Service. */
export interface Explanation {
  target: NamespacedName
  service: ServiceSnapshot['service']
  path: Path
  policy: ServicePolicy
  /** What the policy means on the proxy of this cluster; absent where that is not known. */
  semantics?: Semantics
  /** The worst first; within a level in the order of the table of codes. */
  findings: Finding[]
  /** How many codes were looked for and not found, and which. */
  checksPassed: number
  passed: Code[]
  /** Codes that could not be looked for, by what would have to be known. */
  notPossible: NotPossible[]
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
  const facts = factsOf(snapshot, found)
  const findings: Finding[] = []
  const blocked = new Map<string, NotPossible>()
  const looked = new Set<Code>()
  for (const { codes, inputs, applies, analyse: run } of analyzers) {
    const missing = applies(subject) ? firstUnknown(inputs, facts) : undefined
    if (missing !== undefined) {
      const entry = blocked.get(missing.what) ?? { codes: [], why: missing }
      entry.codes.push(...codes)
      blocked.set(missing.what, entry)
      continue
    }
    for (const code of codes) looked.add(code)
    if (!applies(subject)) continue
    run(subject, valuesOf(inputs, facts), (code, report) => {
      findings.push(toFinding(code, report, found, ref))
    })
  }
  const fired = new Set(findings.map(({ code }) => code))
  const passed = [...looked].filter((code) => !fired.has(code))
  return {
    target: ref,
    service,
    path: pathOf(subject, {
      slices: facts.slices,
      proxy: facts.proxy,
      ingresses: facts.ingresses,
      ingressClasses: facts.ingressClasses,
      routes: facts.routes,
    }),
    policy: subject.policy,
    ...(facts.proxy.known ? { semantics: semanticsOf(facts.proxy.value) } : {}),
    findings: sortFindings(findings),
    checksPassed: passed.length,
    passed,
    notPossible: [...blocked.values()],
    unknown: unknownsOf(facts),
  }
}

export type Facts = { [Name in InputName]: Fact<Inputs[Name]> }

function factsOf(snapshot: Snapshot, found: ServiceSnapshot): Facts {
  const { slices, pods, autoscalers, networkPolicies, ingresses, routes, events } = found
  const { proxy, windowsNodes, version, ingressClasses } = snapshot
  return {
    slices,
    pods,
    autoscalers,
    networkPolicies,
    ingresses,
    routes,
    events,
    proxy,
    windowsNodes,
    version,
    ingressClasses,
  }
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

function toFinding(code: Code, report: Report, found: ServiceSnapshot, ref: NamespacedName): Finding {
  const { message, why, mend = [], objects = [], field } = report
  const position =
    report.position ?? (field === undefined ? undefined : found.locate?.(field)) ?? found.position
  return {
    code,
    level: codeInfo(code).level,
    objects: [{ kind: 'Service', ...ref }, ...objects],
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
