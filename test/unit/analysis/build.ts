import { objectTypes } from '../../../src/mechanisms/index.ts'
import { type Fact, known, type Unknown, unknown } from '../../../src/model/cluster/store.ts'
import type { EndpointSlice, KubernetesObject, Pod, Service } from '../../../src/model/cluster/kubernetes.ts'
import { isOfType, type LooseObject, type ObjectType, listName } from '../../../src/model/cluster/object.ts'
import type { ObjectTable, ServiceSnapshot, Snapshot } from '../../../src/model/cluster/snapshot.ts'

type Spec = Service['spec']

/** A sticky ClusterIP Service of one port; `spec` and `metadata` replace what they name. */
export function service(spec: Partial<Spec> = {}, metadata: Partial<Service['metadata']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.4.4',
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
      selector: { app: 'web' },
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 1800 } },
      ...spec,
    },
  }
}

export const managed = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }

/** A slice of the controller with one ready endpoint for each address, on nodes one after the other. */
export function slice(
  addresses: readonly (string | string[])[],
  changes: Partial<EndpointSlice> = {},
): EndpointSlice {
  const { metadata, ...rest } = changes
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-abcde',
      namespace: 'shop',
      ...metadata,
      labels: { 'kubernetes.io/service-name': 'web', ...(metadata?.labels ?? managed) },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: addresses.map((address, index) => ({
      addresses: [address].flat(),
      conditions: { ready: true },
      nodeName: `node${(index % 2) + 1}`,
    })),
    ...rest,
  }
}

export function pod(changes: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' }, ...changes },
    spec: {},
  }
}

/** Objects in front of Services as a table; `unsaid` of a type stands for all of its objects. */
export function tableOf(
  objects: readonly KubernetesObject[],
  unsaid: ReadonlyMap<ObjectType, Unknown> = new Map(),
): ObjectTable {
  const list = (type: ObjectType): Fact<readonly KubernetesObject[]> => {
    const why = unsaid.get(type)
    return why === undefined ? known(objects.filter((object) => isOfType(object, type))) : unknown(why)
  }
  return { lists: new Map(objectTypes.map((type) => [listName(type), list(type)])), gaps: [] }
}

/** IngressClasses by name and controller; the empty name makes another one the default. */
export function classes(controllers: Readonly<Record<string, string>>): LooseObject[] {
  return Object.entries(controllers).map(([name, controller]) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata:
      name === ''
        ? { name: 'default', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }
        : { name },
    spec: { controller },
  }))
}

const usualClasses = classes({
  nginx: 'k8s.io/ingress-nginx',
  traefik: 'traefik.io/ingress-controller',
})

/** Everything is known and nothing is wrong: four ready endpoints on two nodes, kube-proxy with nftables. */
export function snapshot(
  changes: Partial<ServiceSnapshot> & { fronts?: readonly KubernetesObject[] } = {},
  cluster: Partial<Snapshot> = {},
): Snapshot {
  const { fronts = [], ...own } = changes
  return {
    source: 'cluster',
    services: [
      {
        service: service(),
        slices: known([slice(['10.244.1.4', '10.244.2.4', '10.244.1.5', '10.244.2.5'])]),
        pods: known([pod()]),
        autoscalers: known([]),
        networkPolicies: known([]),
        events: known([]),
        ...own,
      },
    ],
    proxy: known({
      kind: 'kube-proxy',
      mode: 'nftables',
      source: 'configmap kube-system/kube-proxy',
      settings: {},
    }),
    objects: tableOf([...usualClasses, ...fronts]),
    windowsNodes: known([]),
    version: known('v1.36.3'),
    cloud: known(''),
    ...cluster,
  }
}

export const target = { namespace: 'shop', name: 'web' }
