import { isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'

/** Pods with a sidecar are called through the callers' sidecars as well, which pick the pod. */
export const sidecars = serviceAnalyzer({
  codes: ['AFF-MESH-BYPASSES-SERVICE'],
  inputs: ['pods'],
  applies: (subject) => isProxied(subject) && isSticky(subject),
  analyse: ({ service }, { pods }, report) => {
    const injected = pods.find(({ metadata: { annotations } }) => meshOf(annotations) !== undefined)
    if (injected === undefined) return
    const mesh = meshOf(injected.metadata.annotations) ?? ''
    report('AFF-MESH-BYPASSES-SERVICE', {
      message: `pods have a sidecar of ${mesh}: callers in the mesh pick the pod themselves`,
      why: 'The proxy beside the caller picks before the connection reaches the Service, and does not read sessionAffinity. Callers without a sidecar still get it.',
      mend: [
        mesh === 'Istio'
          ? `set trafficPolicy.loadBalancer.consistentHash in a DestinationRule for ${service.metadata.name}`
          : 'keep sessions outside the pods',
      ],
      objects: [
        { kind: 'Pod', namespace: injected.metadata.namespace ?? 'default', name: injected.metadata.name },
      ],
    })
  },
})

/** Whose sidecar a pod has, by the annotations that injectors leave on it. */
export function meshOf(annotations: Readonly<Record<string, string>> = {}): string | undefined {
  if ('sidecar.istio.io/status' in annotations) return 'Istio'
  return 'linkerd.io/proxy-version' in annotations ? 'Linkerd' : undefined
}
