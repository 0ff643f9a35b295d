import { images } from '../../images/list.ts'

type Annotations = Readonly<Record<string, string>>

/** Pods that answer /hostname with their names; a Service of the same name when asked. */
export const echo = (app: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: app },
  spec: {
    replicas,
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'echo',
            image: images.agnhost,
            args: ['netexec', '--http-port=8080', '--udp-port=-1'],
            ports: [{ name: 'http', containerPort: 8080 }],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            resources: { requests: { cpu: '1m' } },
          },
        ],
      },
    },
  },
})

/** A Service of these pods, port 80. */
export const service = (name: string, app = 'echo', metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, ...metadata },
  spec: { selector: { app }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
})

/** An Ingress that sends all of a host to the Service of the same name. */
export const ingress = (
  name: string,
  { ingressClass, host, annotations = {} }: { ingressClass: string; host: string; annotations?: Annotations },
): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, annotations },
  spec: {
    ingressClassName: ingressClass,
    rules: [
      {
        host,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }],
        },
      },
    ],
  },
})

/** An HTTPRoute of a host to the Service of the same name, by way of a Gateway of another namespace. */
export const httpRoute = (
  name: string,
  {
    gateway,
    namespace,
    host,
    rule = {},
  }: { gateway: string; namespace: string; host: string; rule?: object },
): object => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name },
  spec: {
    parentRefs: [{ name: gateway, namespace }],
    hostnames: [host],
    rules: [{ backendRefs: [{ name, port: 80 }], ...rule }],
  },
})

/** A Gateway with one HTTP listener that routes of all namespaces may use. */
export const sharedGateway = (
  name: string,
  namespace: string,
  gatewayClassName: string,
  more: object = {},
): object => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace },
  spec: {
    gatewayClassName,
    ...more,
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
  },
})
