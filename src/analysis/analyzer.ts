import type { Endpoint } from '../model/endpoint.ts'
import type { Unknown } from '../model/fact.ts'
import type { ObjectRef } from '../model/finding.ts'
import type { Service } from '../model/kubernetes.ts'
import type { Path } from '../model/leg.ts'
import type { ServicePolicy } from '../model/policy.ts'
import type { NamespacedName } from '../model/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import type { Code } from './codes.ts'

type Value<F> = Extract<F, { known: true }> extends { value: infer T } ? T : never

/** Facts that an analyzer may ask for, by name. The Service itself is always there. */
export interface Inputs {
  slices: Value<ServiceSnapshot['slices']>
  pods: Value<ServiceSnapshot['pods']>
  autoscalers: Value<ServiceSnapshot['autoscalers']>
  networkPolicies: Value<ServiceSnapshot['networkPolicies']>
  /** Ways through Ingresses; unknown where those or their classes are. */
  ingressPaths: readonly Path[]
  /** Ways through other objects in front. */
  routePaths: readonly Path[]
  events: Value<ServiceSnapshot['events']>
  proxy: Value<Snapshot['proxy']>
  windowsNodes: Value<Snapshot['windowsNodes']>
  version: Value<Snapshot['version']>
}

export type InputName = keyof Inputs

/** What every analyzer gets: the Service, and what is worked out from it alone. */
export interface Subject {
  ref: NamespacedName
  service: Service
  source: Snapshot['source']
  policy: ServicePolicy
}

/** What an analyzer says about one finding; level, link and the Service as object are filled in. */
export interface FindingDraft {
  message: string
  why: string
  mend?: string[]
  /** Other objects than the Service, or with it; the Service stands first unless left out here. */
  objects?: ObjectRef[]
  /** The path of the field of the Service that is to blame, for its position in a file. */
  field?: string
  /** The same for another object. Without any, the position is that of the first other object, or the Service's. */
  at?: { object: ObjectRef; field?: string }
}

/** How an analyzer speaks. */
export interface Report<C extends Code = Code> {
  (code: C, draft: FindingDraft): void
  /** It looked and cannot tell: the code has not passed. */
  cannot: (code: C, why: Unknown) => void
}

export interface Analyzer {
  /** What it may report. */
  codes: readonly Code[]
  inputs: readonly InputName[]
  /** False: there is nothing to look for, whatever the inputs say. */
  applies: (subject: Subject) => boolean
  analyse: (subject: Subject, inputs: Inputs, report: Report) => void
}

interface Definition<C extends Code, I extends InputName> {
  codes: readonly C[]
  inputs: readonly I[]
  applies?: (subject: Subject) => boolean
  analyse: (subject: Subject, inputs: Pick<Inputs, I>, report: Report<C>) => void
}

/** Checks at compile time that an analyzer reads what it declares and reports what it declares. */
export function analyzer<const C extends Code, const I extends InputName>(
  definition: Definition<C, I>,
): Analyzer {
  return { applies: () => true, ...definition }
}

/** kube-proxy and its like have something to do: there is a cluster IP. In files it need not be there yet. */
export function isProxied({ service: { spec } }: Subject): boolean {
  return spec.type !== 'ExternalName' && spec.clusterIP !== 'None'
}

export function isSticky({ policy }: Subject): boolean {
  return policy.kind === 'client-ip'
}

/** Reachable from outside through the nodes. */
export function isExternal({ service: { spec } }: Subject): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer'
}

export function hasSelector({ service: { spec } }: Subject): boolean {
  return Object.keys(spec.selector ?? {}).length > 0
}

/** Endpoints count by pod, and by address where there is none: one pod with two ports or two families is one endpoint. */
export function countEndpoints(endpoints: readonly Endpoint[]): number {
  return new Set(endpoints.map(({ pod, address }) => pod ?? address)).size
}
