import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Fact } from '../../model/cluster/store.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import { isOfType, type NamespacedName } from '../../model/cluster/object.ts'
import { servicePolicy, type ServicePolicy } from '../../model/affinity/policy.ts'
import type { Analyzer, Report, View } from '../analyzer.ts'
import type { Code } from '../../model/findings/code.ts'
import { type Inputs, type InputName, inputs as facts } from './facts.ts'
import { onceFor } from '../kit/objects/once.ts'
import { services } from './objects.ts'

/** What every analyzer of Services gets: the Service, and what is worked out from it alone. */
export interface Subject {
  ref: NamespacedName
  service: Service
  policy: ServicePolicy
}

interface Definition<C extends Code, I extends InputName, O extends InputName> {
  codes: readonly C[]
  inputs: readonly I[]
  /** What makes the answer better where it is known; it looks without it as well. */
  hints?: readonly O[]
  /** False: there is nothing to look for, whatever the inputs say. */
  applies?: (subject: Subject) => boolean
  analyse: (subject: Subject, inputs: Given<I, O>, report: Report<C>) => void
}

/** What an analyzer is given: the inputs, and the hints as far as they are known. */
type Given<I extends InputName, O extends InputName> = Pick<Inputs, I> & {
  [Name in O]: Fact<Inputs[Name]>
}

/** An analyzer of Services. The compiler sees that it reads what it declares and reports what it declares. */
export function serviceAnalyzer<
  const C extends Code,
  const I extends InputName,
  const O extends InputName = never,
>(definition: Definition<C, I, O>): Analyzer {
  const { codes, inputs, hints = [], applies = () => true, analyse } = definition
  return {
    codes,
    // What is worked out of the Service is known where that is.
    needs: inputs.map((name) => facts[name]).filter(({ derive }) => derive === undefined),
    begin: (view) => {
      const subject = subjectOf(view)
      if (subject === undefined || !applies(subject)) return undefined
      return (report) => {
        const given: Partial<Record<InputName, unknown>> = {}
        for (const name of inputs) {
          const fact = view.store.fact<unknown>(facts[name])
          given[name] = fact.known ? fact.value : undefined
        }
        for (const name of hints) given[name] = view.store.fact<unknown>(facts[name])
        analyse(subject, given as Given<I, O>, report)
      }
    },
  }
}

/** The target of a view as a Service; undefined where it is none. Every analyzer of Services asks. */
export const subjectOf = onceFor(({ target: { object } }: Pick<View, 'target'>): Subject | undefined => {
  if (!isOfType(object, services)) return undefined
  const service = object as Service
  const { namespace = 'default', name } = service.metadata
  return { ref: { namespace, name }, service, policy: servicePolicy(service) }
})

/** kube-proxy and its like have something to do: there is a cluster IP. In files it need not be there yet. */
export function isProxied({ service: { spec } }: Pick<Subject, 'service'>): boolean {
  return spec.type !== 'ExternalName' && spec.clusterIP !== 'None'
}

/** It has an affinity that has something to choose from. */
export function isSticky({ policy, service }: Pick<Subject, 'policy' | 'service'>): boolean {
  return policy.kind === 'client-ip' && !leadsToOne({ service })
}

/** Reachable from outside through the nodes. */
export function isExternal({ service: { spec } }: Pick<Subject, 'service'>): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer'
}

/** It selects one pod by its name, its number or its role: there is nothing to choose from, on purpose. */
export function leadsToOne({ service: { spec } }: Pick<Subject, 'service'>): boolean {
  const selector = spec.selector ?? {}
  return (
    Object.entries(selector).some(([key, value]) => onePodLabels[key]?.test(value)) ||
    groupedPodLabels.every((key) => selector[key] !== undefined)
  )
}

/** A pod of a LeaderWorkerSet has a number in its group, and each group one of its own. */
const groupedPodLabels = ['group-index', 'worker-index'].map((key) => `leaderworkerset.sigs.k8s.io/${key}`)

/**
 * Labels that one pod of its owner has: of StatefulSets and Jobs (k8s.io/api apps/v1 and batch/v1), of virtual machines
 * (KubeVirt), and of operators that name each pod (Strimzi, CloudNativePG) or have one that leads (CloudNativePG, the
 * operators of Zalando, Crunchy and Ray, Vault).
 */
const onePodLabels: Readonly<Record<string, RegExp>> = {
  'statefulset.kubernetes.io/pod-name': /./,
  'apps.kubernetes.io/pod-index': /./,
  'batch.kubernetes.io/job-completion-index': /./,
  'strimzi.io/pod-name': /./,
  'cnpg.io/instanceName': /./,
  'cnpg.io/instanceRole': /^primary$/,
  'spilo-role': /^(master|primary)$/,
  'postgres-operator.crunchydata.com/role': /^(master|primary)$/,
  'vm.kubevirt.io/name': /./,
  'kubevirt.io/created-by': /./,
  'ray.io/node-type': /^head$/,
  'vault-active': /^true$/,
}

export function hasSelector({ service: { spec } }: Pick<Subject, 'service'>): boolean {
  return Object.keys(spec.selector ?? {}).length > 0
}

/** Endpoints count by pod, and by address where there is none: one pod with two ports or two families is one endpoint. */
export function countEndpoints(endpoints: readonly Endpoint[]): number {
  return new Set(endpoints.map(({ pod, address }) => pod ?? address)).size
}
