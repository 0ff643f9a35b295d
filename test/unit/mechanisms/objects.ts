import type { LooseObject } from '../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../src/model/cluster/snapshot.ts'
import { classes, service, snapshot } from '../analysis/build.ts'

type Annotations = Readonly<Record<string, string>>

/** An Ingress for `shop.example` in front of service/web. */
export function ingressOf(
  className: string,
  annotations: Annotations = {},
  backend: unknown = { service: { name: 'web', port: { number: 80 } } },
): LooseObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front', namespace: 'shop', annotations },
    spec: {
      ...(className === '' ? {} : { ingressClassName: className }),
      rules: [{ host: 'shop.example', http: { paths: [{ path: '/', backend }] } }],
    },
  }
}

/** An object of any kind in the namespace of service/web. */
export function objectOf(
  apiVersion: string,
  kind: string,
  name: string,
  spec: unknown,
  annotations: Annotations = {},
): LooseObject {
  return { apiVersion, kind, metadata: { name, namespace: 'shop', annotations }, spec }
}

/** An HTTPRoute in front of service/web, by a Gateway whose class has this controller. */
export function gatewayOf(controllerName: string, rule: object = {}): LooseObject[] {
  const api = 'gateway.networking.k8s.io/v1'
  return [
    { apiVersion: api, kind: 'GatewayClass', metadata: { name: 'outer' }, spec: { controllerName } },
    objectOf(api, 'Gateway', 'outer', {
      gatewayClassName: 'outer',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    }),
    objectOf(api, 'HTTPRoute', 'front', {
      parentRefs: [{ name: 'outer' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }], ...rule }],
    }),
  ]
}

const controllers = {
  alb: 'ingress.k8s.aws/alb',
  f5: 'nginx.org/ingress-controller',
  haproxy: 'haproxy.org/ingress-controller/haproxy',
  community: 'haproxy-ingress.github.io/controller',
  kong: 'ingress-controllers.konghq.com/kong',
  agic: 'azure/application-gateway',
}

/** service/web, without affinity and with these annotations, and what stands in front of it. */
export function scene(ofService: Annotations, ...fronts: readonly LooseObject[]): Snapshot {
  return snapshot({
    service: service({ sessionAffinity: 'None', type: 'NodePort' }, { annotations: ofService }),
    fronts: [...classes(controllers), ...fronts],
  })
}
