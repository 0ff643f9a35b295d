import { known } from '../../../../src/model/cluster/store.ts'
import type { LooseObject } from '../../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../../src/model/cluster/snapshot.ts'
import type { GridRows } from '../../analysis/rows.ts'
import { service, snapshot } from '../../analysis/build.ts'

const prefix = 'nginx.ingress.kubernetes.io/'

interface Place {
  name?: string
  host?: string
  path?: string
  pathType?: string
  backend?: string
  className?: string
  annotations?: Record<string, string>
}

/** An Ingress of class nginx; keys of `annotations` go without the prefix, or are whole. */
function ingress(own: Record<string, string> = {}, place: Place = {}): LooseObject {
  const { name = 'front', host = 'shop.example', path = '/', backend = 'web', className = 'nginx' } = place
  const { pathType = 'ImplementationSpecific' } = place
  const prefixed = Object.entries(own).map(([key, value]) => [`${prefix}${key}`, value])
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: 'shop',
      annotations: { ...Object.fromEntries(prefixed), ...place.annotations },
    },
    spec: {
      ingressClassName: className,
      rules: [
        {
          host,
          http: {
            paths: [{ path, pathType, backend: { service: { name: backend, port: { number: 80 } } } }],
          },
        },
      ],
    },
  }
}

const inFront =
  (...fronts: LooseObject[]) =>
  (): Snapshot =>
    snapshot({ fronts })

/** With the Service of the controller. */
const behind = (externalTrafficPolicy: 'Local' | 'Cluster') => (): Snapshot => {
  const base = snapshot({ fronts: [ingress({ 'upstream-hash-by': '$remote_addr' })] })
  const controller = service(
    { type: 'LoadBalancer', externalTrafficPolicy },
    { name: 'ingress-nginx-controller', namespace: 'ingress-nginx' },
  )
  return {
    ...base,
    services: [...base.services, { ...base.services[0]!, service: controller, slices: known([]) }],
  }
}

const sticky = { affinity: 'cookie' }
const persistent = { ...sticky, 'affinity-mode': 'persistent', 'session-cookie-path': '/' }
const other = (own: Record<string, string>, place: Place = {}): LooseObject =>
  ingress(own, { name: 'other', host: 'other.example', ...place })
const canary = (own: Record<string, string>): LooseObject =>
  ingress({ canary: 'true', 'canary-weight': '20', ...own }, { name: 'canary' })

export const ingressNginxGrid: GridRows = {
  'AFF-NGX-VALUE-DROPPED': {
    fires: inFront(ingress({ affinity: 'Cookie' })),
    silent: inFront(ingress(sticky)),
  },
  'AFF-NGX-DEAD-ANNOTATION': {
    fires: inFront(ingress({ ...sticky, 'session-cookie-hash': 'sha1' })),
    silent: inFront(ingress({ ...sticky, 'load-balance': 'ewma' })),
  },
  'AFF-NGX-REGEX-COOKIE-PATH': {
    fires: inFront(ingress({ ...sticky, 'use-regex': 'true' }, { path: '/app(/|$)(.*)' })),
    silent: inFront(
      ingress({ ...sticky, 'use-regex': 'true', 'session-cookie-path': '/' }, { path: '/app(/|$)(.*)' }),
    ),
  },
  'AFF-NGX-COOKIE-LOST': {
    fires: inFront(ingress({ ...sticky, 'session-cookie-path': '/admin' })),
    silent: inFront(ingress({ ...sticky, 'session-cookie-path': '/app' }, { path: '/app/(.*)' })),
  },
  'AFF-NGX-REGEX-OFF': {
    fires: inFront(ingress(sticky, { path: '/app(/|$)(.*)' })),
    silent: inFront(
      ingress(sticky, { path: '/app(/|$)(.*)' }),
      ingress({ 'rewrite-target': '/$2' }, { name: 'other' }),
    ),
  },
  'AFF-NGX-PATH-TYPE': {
    fires: inFront(
      ingress({ ...sticky, 'use-regex': 'true' }, { path: '/app(/|$)(.*)', pathType: 'Prefix' }),
    ),
    silent: inFront(ingress({ ...sticky, 'use-regex': 'true' }, { path: '/app', pathType: 'Prefix' })),
  },
  'AFF-NGX-SERVICE-UPSTREAM': {
    fires: inFront(ingress({ ...sticky, 'service-upstream': 'true' })),
    silent: inFront(ingress({ ...sticky, 'service-upstream': 'false' })),
  },
  'AFF-NGX-CANARY-AFFINITY': {
    fires: inFront(ingress({}, { backend: 'old' }), canary(sticky)),
    silent: inFront(ingress(sticky, { backend: 'old' }), canary(sticky)),
  },
  'AFF-NGX-HASH-LOSES': {
    fires: inFront(ingress({ 'upstream-hash-by': '$request_uri' }), other(sticky)),
    silent: inFront(ingress({ 'upstream-hash-by': '$request_uri' }), other(sticky, { backend: 'another' })),
  },
  'AFF-NGX-COOKIES-FIGHT': {
    fires: inFront(ingress(sticky), other({ ...sticky, 'session-cookie-name': 'route' })),
    silent: inFront(ingress(sticky), other(sticky)),
  },
  'AFF-NGX-COOKIE-NOT-ISSUED': {
    fires: inFront(ingress(), other(sticky)),
    silent: inFront(ingress(), other(sticky, { backend: 'another' })),
  },
  'AFF-NGX-HASH-SUBSET': {
    fires: inFront(ingress({ 'upstream-hash-by': '$arg_a', 'upstream-hash-by-subset': 'true' })),
    silent: inFront(ingress({ 'upstream-hash-by': '$arg_a', 'upstream-hash-by-subset': 'false' })),
  },
  'AFF-NGX-HASH-CONSTANT': {
    fires: inFront(ingress({ 'upstream-hash-by': 'arg_room' })),
    silent: inFront(ingress({ 'upstream-hash-by': 'room-$arg_room' })),
  },
  'AFF-NGX-HASH-ABSENT': {
    fires: inFront(ingress({ 'upstream-hash-by': '$http_x_user' })),
    silent: inFront(ingress({ 'upstream-hash-by': '$http_x_user$remote_addr' })),
  },
  'AFF-NGX-HASH-WEIGHTED': {
    fires: inFront(ingress({ 'upstream-hash-by': '$arg_a' }), canary({})),
    silent: inFront(
      ingress({ 'upstream-hash-by': '$arg_a' }),
      canary({ 'canary-weight': '0', 'canary-by-header': 'x-canary' }),
    ),
  },
  'AFF-NGX-HASH-OF-NODES': { fires: behind('Cluster'), silent: behind('Local') },
  'AFF-NGX-COOKIE-SHARED': {
    fires: inFront(
      ingress(persistent),
      other(persistent, { host: 'shop.example', path: '/b', backend: 'another' }),
    ),
    silent: inFront(
      ingress({ ...persistent, 'session-cookie-name': 'a' }),
      other(
        { ...persistent, 'session-cookie-name': 'b' },
        { host: 'shop.example', path: '/b', backend: 'another' },
      ),
    ),
  },
  'AFF-NGX-SAMESITE-INSECURE': {
    fires: inFront(ingress({ ...sticky, 'session-cookie-samesite': 'None' })),
    silent: inFront(
      ingress({ ...sticky, 'session-cookie-samesite': 'None', 'session-cookie-secure': 'true' }),
    ),
  },
  'AFF-NGX-RETIRED': { fires: inFront(ingress()), silent: inFront(ingress({}, { className: 'traefik' })) },
}
