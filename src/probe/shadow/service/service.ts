import type { ObjectMeta, Service, ServicePort } from '../../../model/cluster/kubernetes.ts'
import { changedSpec, type ServiceChange } from './change.ts'

const longestName = 63

/** `web-affinity-1a2b3c4d`: a DNS label that says whose shadow it is, as far as the length allows. */
export function shadowName(service: string, runId: string): string {
  const end = `-affinity-${runId}`
  return service.slice(0, longestName - end.length).replace(/-+$/, '') + end
}

/**
 * Labels and annotations by which a Service proxy or the EndpointSlice controller treats a Service differently. No
 * others are copied: by them controllers, GitOps tools, DNS and metrics would take the shadow for theirs.
 */
const copiedLabels = ['service.kubernetes.io/service-proxy-name']
const copiedAnnotations = [
  'service.kubernetes.io/topology-mode',
  'service.kubernetes.io/topology-aware-hints',
  'service.cilium.io/lb-algorithm',
  'service.cilium.io/forwarding-mode',
]

/** external-dns leaves alone what names another controller (source/source.go, controllerAnnotationKey). */
const ownAnnotations = { 'external-dns.alpha.kubernetes.io/controller': 'kubectl-affinity' }

/** The fields of a spec that decide how its proxy treats connections. */
const copiedFields = [
  'selector',
  'ipFamilies',
  'ipFamilyPolicy',
  'internalTrafficPolicy',
  'externalTrafficPolicy',
  'trafficDistribution',
  'publishNotReadyAddresses',
  'sessionAffinity',
  'sessionAffinityConfig',
] as const

export interface ShadowService {
  service: Service
  /** Sentences for the report: what the shadow could not have as the original has it. */
  notes: string[]
}

/**
 * A Service that a proxy treats as it treats `original`, but for the change: same selector, ports, families, policies
 * and affinity. It gets addresses and node ports of its own, orders no load balancer, and takes no external IPs, which
 * would draw the original's traffic.
 */
export function shadowService(
  original: Service,
  { metadata, change }: { metadata: ObjectMeta; change: ServiceChange },
): ShadowService {
  const { spec } = original
  const notes: string[] = []
  const type = shadowType(spec)
  if (spec.type === 'LoadBalancer')
    notes.push(
      `the shadow is of type ${type}: it orders no load balancer, so what the balancer itself does is not tested`,
    )
  if ((spec.externalIPs ?? []).length > 0)
    notes.push('the shadow has no external IPs: they would take the traffic of the original')
  const kept = Object.fromEntries(
    copiedFields.filter((name) => spec[name] !== undefined).map((name) => [name, spec[name]]),
  )
  const { externalTrafficPolicy, ...changed } = changedSpec(kept, change)
  return {
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...metadata,
        labels: { ...pick(original.metadata.labels, copiedLabels), ...metadata.labels },
        annotations: {
          ...pick(original.metadata.annotations, copiedAnnotations),
          ...ownAnnotations,
          ...metadata.annotations,
        },
      },
      spec: {
        ...changed,
        type,
        // The API server takes this field on Services that can be reached from outside only.
        ...(type === 'ClusterIP' || externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy }),
        ports: (spec.ports ?? []).map(withoutNodePort),
      },
    },
    notes,
  }
}

function shadowType({ type, ports = [] }: Service['spec']): 'ClusterIP' | 'NodePort' {
  if (type === 'NodePort') return type
  // A load balancer may do without node ports (allocateLoadBalancerNodePorts: false).
  return type === 'LoadBalancer' && ports.some(({ nodePort }) => nodePort) ? 'NodePort' : 'ClusterIP'
}

function withoutNodePort(port: ServicePort): ServicePort {
  const { nodePort: _, ...rest } = port
  return rest
}

function pick(from: Record<string, string> | undefined, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(from ?? {}).filter(([name]) => names.includes(name)))
}
