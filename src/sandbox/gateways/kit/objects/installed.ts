import { types } from '../../../objects/resource.ts'
import type { Installed } from '../gateway.ts'

type Labels = Readonly<Record<string, string>>

/** A port of a gateway's pods, and the one of its Service that leads there: 80 unless given. */
export interface GatewayPort {
  name: string
  containerPort: number
  port?: number
}

/** A Deployment as charts make it. */
export interface Workload {
  name: string
  namespace: string
  labels: Labels
  image: string
  args?: readonly string[]
  ports?: readonly GatewayPort[]
}

export const namespaceObject = (name: string): Installed => ({
  type: types.namespaces,
  object: {
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  },
})

export function workload({ name, namespace, labels, image, args = [], ports = [] }: Workload): Installed {
  const port = ports[0]?.name
  const container = {
    name,
    image,
    args,
    ports: ports.map(({ name: of, containerPort }) => ({ name: of, containerPort })),
    ...(port === undefined ? {} : { readinessProbe: { tcpSocket: { port } } }),
  }
  return {
    type: types.deployments,
    object: {
      metadata: { name, namespace, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 1, containers: [container] },
        },
      },
      status: {},
    },
  }
}

/** A Service of type LoadBalancer, which has its address already. */
export const balanced = (
  { name, namespace, labels, ports = [] }: Pick<Workload, 'name' | 'namespace' | 'labels' | 'ports'>,
  selector: Labels,
  address: string,
): Installed => ({
  type: types.services,
  object: {
    metadata: { name, namespace, labels },
    spec: {
      type: 'LoadBalancer',
      selector,
      ports: ports.map(({ name: port, port: number = 80 }) => ({
        name: port,
        port: number,
        targetPort: port,
      })),
    },
    status: { loadBalancer: { ingress: [{ ip: address }] } },
  },
})

export const ingressClass = (name: string, controller: string): Installed => ({
  type: types.ingressclasses,
  object: { metadata: { name }, spec: { controller } },
})
