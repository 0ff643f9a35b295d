import { hashOf } from '../../controllers/names.ts'
import { onChanges } from '../../controllers/reconciler.ts'
import { defineType, now, type Resource, types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import type { Gateway, Installed, Site } from '../kit/gateway.ts'
import { gatewayApi, gatewayClasses, gateways, httpRoutes } from '../kit/objects/gateway-api.ts'
import { type CertificateUse, certificateFor } from '../kit/certificates.ts'
import { listAt, numberAt, textAt } from '../kit/objects/loose.ts'
import { balanced, type GatewayPort, namespaceObject, workload } from '../kit/objects/installed.ts'
import { controllerName, isOurs, owning, parentsOf } from './attach.ts'
import { group, policies } from './policy.ts'
import { gatewayOf, router } from './routes.ts'

const image = 'docker.io/envoyproxy/envoy:distroless-v1.36.0'
const namespace = 'envoy-gateway-system'
/** Ports below 1024 are served at higher ones (`shiftedPortNumber`). */
const portsOf = (gateway: Resource): GatewayPort[] => {
  const listeners = listAt(gateway, 'spec', 'listeners')
  const ports = new Map(
    listeners.map((one) => [numberAt(one, 'port') ?? 80, textAt(one, 'protocol') ?? 'HTTP']),
  )
  return [...ports].map(([port, protocol]) => ({
    name: `${protocol.toLowerCase()}-${port}`,
    containerPort: port < 1024 ? port + 10_000 : port,
    port,
  }))
}

/** Envoy Gateway: GatewayClass `eg`, and a Gateway `eg` that routes of all namespaces may use. */
export const envoyGateway: Gateway = {
  types: [
    ...gatewayApi,
    policies,
    defineType(group, 'envoyproxies', 'EnvoyProxy'),
    defineType(group, 'clienttrafficpolicies', 'ClientTrafficPolicy'),
  ],
  image,
  isBilingual: true,
  objects: () => {
    const name = 'envoy-gateway'
    const labels = { 'control-plane': name }
    const listener = {
      name: 'http',
      port: 80,
      protocol: 'HTTP',
      allowedRoutes: { namespaces: { from: 'All' } },
    }
    return [
      namespaceObject(namespace),
      workload({ name, namespace, labels, image: 'docker.io/envoyproxy/gateway:v1.9.1', args: ['server'] }),
      { type: gatewayClasses, object: { metadata: { name: 'eg' }, spec: { controllerName } } },
      {
        type: gateways,
        object: {
          metadata: { name: 'eg', namespace },
          spec: { gatewayClassName: 'eg', listeners: [listener] },
        },
      },
    ]
  },
  run,
  router,
  // Without a filter chain for a name the connection is closed.
  certificate: (store, pod) => {
    const of = gatewayOf(store, pod)
    return (asked) => (asked === undefined ? undefined : certificateFor(store, certificatesOf(of()), asked))
  },
}

function certificatesOf(gateway: Resource | undefined): CertificateUse[] {
  return listAt(gateway, 'spec', 'listeners').flatMap((one) =>
    listAt(one, 'tls', 'certificateRefs').map((ref) => ({
      host: textAt(one, 'hostname'),
      namespace: textAt(ref, 'namespace') ?? gateway?.metadata.namespace ?? '',
      secret: textAt(ref, 'name') ?? '',
    })),
  )
}

/** Makes an Envoy for each Gateway, and says of Gateways and routes what has become of them. */
function run(store: ObjectStore, { install, address, another }: Site): () => void {
  const reconcileGateway = (gateway: Resource): void => {
    if (!isOurs(store, gateway)) return
    const { name, namespace: of = '' } = gateway.metadata
    const envoy = `envoy-${of}-${name}-${hashOf(`${of}/${name}`)}`
    let own = store.find(types.services, namespace, envoy)
    if (own === undefined) {
      const labels = {
        'app.kubernetes.io/name': 'envoy',
        [`${owning}name`]: name,
        [`${owning}namespace`]: of,
      }
      const made = of === namespace && name === 'eg' ? address : another()
      const objects: Installed[] = [
        workload({ name: envoy, namespace, labels, image, ports: portsOf(gateway) }),
        balanced({ name: envoy, namespace, labels, ports: portsOf(gateway) }, labels, made),
      ]
      for (const object of objects) install(object)
      own = store.find(types.services, namespace, envoy)
    }
    const [reached] = listAt(own, 'status', 'loadBalancer', 'ingress')
    store.update(gateways, gateway, ({ status }) => ({
      status: {
        ...(status as object),
        addresses: [{ type: 'IPAddress', value: textAt(reached, 'ip') }],
        conditions: conditionsOf(status, ['Accepted', 'Programmed']),
      },
    }))
  }
  const reconcileRoute = (route: Resource): void => {
    const parents = parentsOf(store, route)
    if (parents.length === 0) return
    store.update(httpRoutes, route, ({ status }) => ({
      status: {
        parents: parents.map(({ parentRef }, index) => ({
          parentRef,
          controllerName,
          conditions: conditionsOf(listAt(status, 'parents')[index], ['Accepted', 'ResolvedRefs']),
        })),
      },
    }))
  }
  return onChanges(
    store,
    [gatewayClasses, gateways, httpRoutes, types.services],
    [
      { type: gateways, reconcile: reconcileGateway },
      { type: httpRoutes, reconcile: reconcileRoute },
    ],
  )
}

/** Those that are there stay as they are, their times included. */
function conditionsOf(before: unknown, wanted: readonly string[]): unknown[] {
  const known = listAt(before, 'conditions')
  return wanted.map(
    (type) =>
      known.find((one) => textAt(one, 'type') === type) ?? {
        type,
        status: 'True',
        reason: type,
        message: '',
        lastTransitionTime: now(),
      },
  )
}
