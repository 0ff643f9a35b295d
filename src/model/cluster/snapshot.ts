import type { Mend } from '../findings/mend.ts'
import type { Fact, Unknown } from './store.ts'
import type { LooseObject } from './object.ts'
import type { FilePosition, ObjectRef } from '../findings/finding.ts'
import type { EndpointSlice, KubernetesObject, Pod, Service } from './kubernetes.ts'

/** How Services are implemented on the nodes, as far as objects tell. */
export interface ProxyFacts {
  kind: 'kube-proxy' | 'cilium' | 'calico-ebpf' | 'antrea' | 'ovn-kubernetes' | 'kube-ovn' | 'kube-router'
  /** What it is sold as, where that is another name: `GKE Dataplane V2`. */
  product?: string
  /** kube-proxy's mode; absent where it cannot be seen. */
  mode?: 'iptables' | 'nftables' | 'ipvs' | 'kernelspace'
  /** kube-proxy's mode by node, where proxies were asked themselves. */
  nodes?: Readonly<Record<string, string>>
  /** Where it was read: `configmap kube-system/kube-proxy`. */
  source: string
  /** It cannot be asked for its mode: it listens on the loopback address alone. */
  tellsMode?: false
  /** Settings that change what affinity means. */
  settings: Readonly<Record<string, string>>
  /** Whether it heeds sessionAffinity at all; absent where it always does. */
  affinity?: ProxyAffinity
  /** Who serves node ports, external addresses and load balancers, where that is somebody else or not known. */
  outside?: Fact<ProxyFacts>
}

/** That a proxy leaves sessionAffinity alone, or that nobody can tell whether it does. */
export interface ProxyAffinity {
  state: 'off' | 'unknown'
  /** `enable-session-affinity is "false"`. */
  why: string
  /** What switches it on, the best first. */
  mend: readonly Mend[]
}

/** The only fields of a HorizontalPodAutoscaler that matter here. */
export interface Autoscaler extends KubernetesObject {
  spec: { scaleTargetRef: { kind: string; name: string }; minReplicas?: number; maxReplicas: number }
}

/** Objects by their types, as mechanisms ask for them. */
export interface ObjectTable {
  /** By `listName`. A type that is not here was not asked for. */
  lists: ReadonlyMap<string, Fact<readonly KubernetesObject[]>>
  /** What is missing in lists that are known: the objects of other namespaces. */
  gaps: readonly Unknown[]
}

/** What one cluster (or a set of files) says about one Service. */
export interface ServiceSnapshot {
  service: Service
  slices: Fact<readonly EndpointSlice[]>
  /** Those that can be looked at, where a cluster adds the pods of the selector to them; absent where that are all. */
  listed?: Fact<readonly EndpointSlice[]>
  pods: Fact<readonly Pod[]>
  /** What pods of its namespace are made from, where files hold that. */
  templates?: Fact<readonly PodTemplate[]>
  /** Autoscalers of the namespace. */
  autoscalers: Fact<readonly Autoscaler[]>
  /** NetworkPolicies of the namespace. */
  networkPolicies: Fact<readonly LooseObject[]>
  /** Warnings that controllers wrote about the Service; asked for load balancers only. */
  events: Fact<readonly { reason: string; message: string }[]>
}

/** Pods to be, or one that is written as such. */
export interface PodTemplate {
  /** `deployment/web`. */
  of: string
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  spec: unknown
}

/** The objects that matter for some Services, read once. */
export interface Snapshot {
  source: 'cluster' | 'files'
  services: readonly ServiceSnapshot[]
  proxy: Fact<ProxyFacts>
  /** What stands in front of Services. */
  objects: ObjectTable
  /** Names of some Windows nodes; empty when there is none. */
  windowsNodes: Fact<readonly string[]>
  /** The `spec.providerID` of a node, which names its cloud; empty where it has none. Asked for load balancers only. */
  cloud: Fact<string>
  /** `v1.36.3`, or `v1.23 or newer`. */
  version: Fact<string>
  /** For objects from files: where one stands, or a field of it by its path, such as `spec.sessionAffinity`. */
  locate?: (object: ObjectRef, field?: string) => FilePosition | undefined
}
