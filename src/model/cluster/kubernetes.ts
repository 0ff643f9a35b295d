/**
 * The parts of Kubernetes' API objects that this tool reads or writes.
 * Types of our own instead of a client's models: those drop fields they do not know and convert dates, and a
 * page of types shows what the tool depends on.
 */

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generateName?: string
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
}

export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

export interface KubernetesList<T> {
  apiVersion: string
  kind: string
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

export interface ServicePort {
  name?: string
  port: number
  protocol?: 'TCP' | 'UDP' | 'SCTP'
  appProtocol?: string
  targetPort?: number | string
  nodePort?: number
}

export interface Service extends KubernetesObject {
  kind: 'Service'
  spec: {
    type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
    clusterIP?: string
    clusterIPs?: string[]
    externalName?: string
    ports?: ServicePort[]
    selector?: Record<string, string>
    sessionAffinity?: 'None' | 'ClientIP'
    sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } }
    externalIPs?: string[]
    loadBalancerClass?: string
    internalTrafficPolicy?: 'Cluster' | 'Local'
    externalTrafficPolicy?: 'Cluster' | 'Local'
    allocateLoadBalancerNodePorts?: boolean
    trafficDistribution?: string
    publishNotReadyAddresses?: boolean
    ipFamilies?: ('IPv4' | 'IPv6')[]
    ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack'
  }
  status?: {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string; ipMode?: 'VIP' | 'Proxy' }[] }
    conditions?: Condition[]
  }
}

export interface EndpointSlice extends KubernetesObject {
  kind: 'EndpointSlice'
  addressType: 'IPv4' | 'IPv6' | 'FQDN'
  endpoints: SliceEndpoint[] | null
  ports?: { name?: string; port?: number; protocol?: string; appProtocol?: string }[] | null
}

export interface SliceEndpoint {
  addresses: string[]
  /** A missing condition reads as: ready true, serving as ready, terminating false. */
  conditions?: { ready?: boolean | null; serving?: boolean | null; terminating?: boolean | null }
  hostname?: string
  nodeName?: string
  zone?: string
  targetRef?: { kind?: string; name?: string; namespace?: string; uid?: string }
  hints?: { forZones?: { name: string }[]; forNodes?: { name: string }[] }
}

export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
}

export interface ContainerStatus {
  name: string
  image?: string
  ready?: boolean
  state?: {
    waiting?: { reason?: string; message?: string }
    running?: { startedAt?: string }
    terminated?: { exitCode: number; reason?: string; message?: string }
  }
}

export interface Pod extends KubernetesObject {
  kind: 'Pod'
  spec: {
    nodeName?: string
    hostname?: string
    containers?: { name: string; image?: string; command?: string[]; args?: string[] }[]
  }
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    reason?: string
    message?: string
    podIP?: string
    podIPs?: { ip: string }[]
    conditions?: Condition[]
    containerStatuses?: ContainerStatus[]
  }
}

export interface Node extends KubernetesObject {
  kind: 'Node'
  spec?: { unschedulable?: boolean; providerID?: string; taints?: { effect?: string; key?: string }[] }
  status?: {
    addresses?: { type: string; address: string }[]
    conditions?: Condition[]
    images?: { names?: string[] | null; sizeBytes?: number }[]
  }
}

export interface Job extends KubernetesObject {
  kind: 'Job'
  status?: { active?: number; failed?: number; succeeded?: number; conditions?: Condition[] }
}

export interface Event extends KubernetesObject {
  kind: 'Event'
  type?: 'Normal' | 'Warning'
  reason?: string
  message?: string
  count?: number
  involvedObject?: { kind?: string; name?: string; uid?: string }
}

/** What the API server answers instead of an object when a request fails. */
export interface Status {
  kind: 'Status'
  apiVersion: string
  status?: 'Failure' | 'Success'
  message?: string
  reason?: string
  code?: number
  details?: {
    name?: string
    group?: string
    kind?: string
    retryAfterSeconds?: number
    causes?: { reason?: string; message?: string; field?: string }[]
  }
}
