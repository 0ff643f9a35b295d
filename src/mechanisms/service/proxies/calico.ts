import type { DaemonSet, FelixConfiguration, ProxyEvidence, ProxyRecogniser } from './evidence.ts'
import { running, sourceOf } from './evidence.ts'

/**
 * Calico with its eBPF dataplane serves every Service, whether kube-proxy is there or not. It is switched on by an
 * environment variable, or by its own settings: the variable counts first, then those of a node, then those of all
 * (Calico documentation, "Configuring Felix").
 */
export const calico: ProxyRecogniser = (sets, evidence) => {
  const node = running(sets, 'calico-node')
  if (node === undefined) return undefined
  const variable = variableOf(node)
  const felix = evidence.felix?.known === true ? evidence.felix.value : []
  const everywhere = felix.find(({ metadata }) => metadata.name === 'default')?.spec?.bpfEnabled
  if (variable === undefined && everywhere === undefined && overrides(felix).size === 0) return undefined
  const isOn = variable ?? everywhere ?? false
  const others = variable === undefined ? [...overrides(felix)].filter(([, own]) => own !== isOn) : []
  if (!isOn && others.length === 0) return undefined
  return {
    kind: 'calico-ebpf',
    source: variable === undefined ? 'felixconfiguration' : sourceOf(node),
    settings: {},
    ...(others.length === 0 ? {} : { nodes: nodesOf(others, isOn) }),
  }
}

/** Whether Felix can tell more than the environment does. */
export function asksFelix({ daemonSets }: Pick<ProxyEvidence, 'daemonSets'>): boolean {
  const node = daemonSets.known ? running(daemonSets.value, 'calico-node') : undefined
  return node !== undefined && variableOf(node) === undefined
}

function variableOf(node: DaemonSet): boolean | undefined {
  const env = (node.spec?.template?.spec?.containers ?? []).flatMap((container) => container.env ?? [])
  const value = env.find(({ name }) => name === 'FELIX_BPFENABLED')?.value?.toLowerCase()
  return value === undefined ? undefined : felixTrue.has(value)
}

/** What Felix takes for true (projectcalico/calico felix/config/param_types.go, BoolParam). */
const felixTrue = new Set(['true', '1', 'yes', 'y', 't'])

function overrides(felix: readonly FelixConfiguration[]): Map<string, boolean> {
  return new Map(
    felix.flatMap(({ metadata: { name }, spec }) =>
      name.startsWith('node.') && spec?.bpfEnabled !== undefined
        ? [[name.slice('node.'.length), spec.bpfEnabled] as const]
        : [],
    ),
  )
}

function nodesOf(others: readonly (readonly [string, boolean])[], isOn: boolean): Record<string, string> {
  const words = (on: boolean): string => (on ? 'Calico eBPF' : 'another proxy')
  return Object.fromEntries([...others.map(([name, own]) => [name, words(own)]), ['the others', words(isOn)]])
}
