import type { Fact } from '../../../model/cluster/store.ts'
import type { KubernetesObject, Pod } from '../../../model/cluster/kubernetes.ts'
import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'

/** The parts of a container that tell how a proxy was started. */
export interface ProxyContainer {
  name?: string
  image?: string
  command?: readonly string[]
  args?: readonly string[]
  env?: readonly { name: string; value?: string }[]
}

/** The parts of a DaemonSet that tell which proxy it runs. */
export interface DaemonSet extends KubernetesObject {
  spec?: { template?: { spec?: { containers?: ProxyContainer[] } } }
  status?: { desiredNumberScheduled?: number }
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>
}

/** Calico's own settings: `default` for all nodes, `node.NAME` for one of them. */
export interface FelixConfiguration extends KubernetesObject {
  spec?: { bpfEnabled?: boolean }
}

/** What is known about the system namespaces. A ConfigMap that does not exist is known and undefined. */
export interface ProxyEvidence {
  daemonSets: Fact<readonly DaemonSet[]>
  /** By `namespace/name`. */
  configMaps: Readonly<Record<string, Fact<ConfigMap | undefined>>>
  /** Asked for where Calico is served. */
  felix?: Fact<readonly FelixConfiguration[]>
  /** What is asked for where neither a ConfigMap nor a DaemonSet tells. */
  hidden?: HiddenEvidence
}

/** kube-proxy without an object of its own kind: in a static pod, or inside another process. */
export interface HiddenEvidence {
  /** Pods of kube-system that are labelled as kube-proxy. */
  pods: Fact<readonly Pod[]>
  /** `v1.32.3+k3s1`. */
  version: Fact<string>
  /** The arguments of k3s and RKE2, which they write on their nodes, by node. */
  nodeArgs: Fact<ReadonlyMap<string, readonly string[]>>
}

/** Looks for one proxy. */
export type ProxyRecogniser = (sets: readonly DaemonSet[], evidence: ProxyEvidence) => ProxyFacts | undefined

/** A DaemonSet that runs somewhere: a node selector that no node has switches one off. */
export function running(sets: readonly DaemonSet[], name: string): DaemonSet | undefined {
  return sets.find(({ metadata, status }) => metadata.name === name && status?.desiredNumberScheduled !== 0)
}

export function sourceOf(set: DaemonSet | undefined): string {
  return `daemonset ${set?.metadata.namespace ?? 'kube-system'}/${set?.metadata.name ?? ''}`
}

export function dataOf({ configMaps }: ProxyEvidence, name: string): Record<string, string> | undefined {
  const fact = configMaps[name]
  return fact?.known === true ? fact.value?.data : undefined
}

/** How the containers of a DaemonSet were started, a word each. */
export function wordsOf(set: DaemonSet | undefined): string[] {
  return startWords(set?.spec?.template?.spec?.containers)
}

export function startWords(containers: readonly ProxyContainer[] | undefined): string[] {
  // A command may be one text for a shell.
  return (containers ?? []).flatMap(({ command = [], args = [] }) =>
    [...command, ...args].flatMap((word) => word.split(/\s+/)),
  )
}

/** A flag that is switched off, as Go reads it (strconv.ParseBool). */
export function isFalse(value: string | undefined): boolean {
  return value !== undefined && /^(0|[fF]|false|FALSE|False)$/.test(value)
}

/** The value of `--flag=value` or `--flag value`; the last one counts. A flag alone is `true`. */
export function flagOf(words: readonly string[], flag: string): string | undefined {
  const values = words.flatMap((word, index) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)]
    if (word !== flag) return []
    const next = words[index + 1]
    return [next === undefined || next.startsWith('-') ? 'true' : next]
  })
  return values.at(-1)
}
