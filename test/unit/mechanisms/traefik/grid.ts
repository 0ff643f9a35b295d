import type { LooseObject } from '../../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../../src/model/cluster/snapshot.ts'
import { service, snapshot } from '../../analysis/build.ts'
import type { GridRows } from '../../analysis/rows.ts'

const prefix = 'traefik.ingress.kubernetes.io/'

/** service/web with annotations below `service.`, behind an Ingress of Traefik with annotations of its own. */
const annotated =
  (ofService: Record<string, string>, ofIngress: Record<string, string> = {}, path = '/') =>
  (): Snapshot => {
    const prefixed = Object.entries(ofService).map(([key, value]) => [`${prefix}service.${key}`, value])
    const front: LooseObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'front', namespace: 'shop', annotations: ofIngress },
      spec: {
        ingressClassName: 'traefik',
        rules: [
          {
            host: 'shop.example',
            http: { paths: [{ path, backend: { service: { name: 'web', port: { number: 80 } } } }] },
          },
        ],
      },
    }
    const annotations = Object.fromEntries(prefixed) as Record<string, string>
    return snapshot({ service: service({ sessionAffinity: 'None' }, { annotations }), fronts: [front] })
  }

/** An Ingress for ingress-nginx that Traefik serves. */
const takenOver =
  (own: Record<string, string>, path: string, pathType = 'ImplementationSpecific') =>
  (): Snapshot => {
    const annotations = Object.entries({ affinity: 'cookie', ...own }).map(([key, value]) => [
      `nginx.ingress.kubernetes.io/${key}`,
      value,
    ])
    const backend = { service: { name: 'web', port: { number: 80 } } }
    const front: LooseObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        name: 'front',
        namespace: 'shop',
        annotations: Object.fromEntries(annotations) as Record<string, string>,
      },
      spec: {
        ingressClassName: 'nginx',
        rules: [{ host: 'shop.example', http: { paths: [{ path, pathType, backend }] } }],
      },
    }
    const nginx = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'nginx' },
      spec: { controller: 'traefik.io/ingress-nginx' },
    }
    return snapshot({ fronts: [front, nginx] })
  }

/** An IngressRoute with one route to these. */
const route =
  (services: unknown[], apiVersion = 'traefik.io/v1alpha1') =>
  (): Snapshot =>
    snapshot({
      fronts: [
        {
          apiVersion,
          kind: 'IngressRoute',
          metadata: { name: 'front', namespace: 'shop' },
          spec: { routes: [{ kind: 'Rule', match: 'Host(`shop.example`)', services }] },
        } as LooseObject,
      ],
    })

/** The same where Traefik runs with these arguments. */
const running =
  (args: string[], services: unknown[], more: object = {}) =>
  (): Snapshot => {
    const labels = { 'app.kubernetes.io/name': 'traefik' }
    const containers = [
      { name: 'traefik', image: 'traefik:v3.6.12', args: ['--providers.kubernetescrd', ...args] },
    ]
    const workload = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'traefik', namespace: 'traefik', labels },
      spec: { template: { spec: { containers } } },
    }
    const front = {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'IngressRoute',
      metadata: { name: 'front', namespace: 'shop' },
      spec: { routes: [{ kind: 'Rule', match: 'Host(`shop.example`)', services }], ...more },
    }
    return snapshot({ fronts: [front, workload] as LooseObject[] })
  }

/** An IngressRoute and an IngressRouteTCP at one entry point. */
const besideTcp = (tcp: Record<string, unknown>) => (): Snapshot => {
  const routes = [{ match: 'Host(`shop.example`)', services: [web()] }]
  const parts = [
    ['IngressRoute', { entryPoints: ['web'], routes }],
    ['IngressRouteTCP', { entryPoints: ['web'], ...tcp }],
  ] as const
  return snapshot({
    fronts: parts.map(([kind, spec]): LooseObject => ({
      apiVersion: 'traefik.io/v1alpha1',
      kind,
      metadata: { name: kind.toLowerCase(), namespace: 'shop' },
      spec,
    })),
  })
}

/** A TraefikService of these, with an IngressRoute in front. */
const weighted = (weights: Record<string, unknown>) => (): Snapshot => {
  const parts: LooseObject[] = [
    {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'TraefikService',
      metadata: { name: 'split', namespace: 'shop' },
      spec: { weighted: weights },
    },
    {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'IngressRoute',
      metadata: { name: 'front', namespace: 'shop' },
      spec: {
        routes: [{ match: 'Host(`shop.example`)', services: [{ name: 'split', kind: 'TraefikService' }] }],
      },
    },
  ]
  return snapshot({ fronts: parts })
}

/** An IngressRoute with one route to these, beside a TraefikService. */
const twice = (services: unknown[], spec: Record<string, unknown>) => (): Snapshot => {
  const parts = [
    ['IngressRoute', 'front', { routes: [{ match: 'Host(`shop.example`)', services }] }],
    ['TraefikService', 'split', spec],
  ] as const
  return snapshot({
    fronts: parts.map(([kind, name, own]): LooseObject => ({
      apiVersion: 'traefik.io/v1alpha1',
      kind,
      metadata: { name, namespace: 'shop' },
      spec: own,
    })),
  })
}

const sticky = (name: string, more: Record<string, unknown> = {}) => ({
  sticky: { cookie: { name, ...more } },
})
const web = (own: Record<string, unknown> = {}) => ({ name: 'web', port: 80, ...own })
const next = (own: Record<string, unknown> = {}) => ({ name: 'next', port: 80, ...own })

export const traefikGrid: GridRows = {
  'AFF-TRA-UNREADABLE-ANNOTATION': {
    fires: annotated({ 'sticky.cookie.nmae': 'sid' }),
    silent: annotated({ 'Sticky.Cookie.Name': 'sid', 'sticky.cookie.secure': 'T' }),
  },
  'AFF-TRA-ANNOTATION-ON-INGRESS': {
    fires: annotated({}, { [`${prefix}service.sticky.cookie`]: 'true' }),
    silent: annotated({ 'sticky.cookie': 'true' }, { [`${prefix}router.entrypoints`]: 'web' }),
  },
  'AFF-TRA-DEAD-ANNOTATION': {
    fires: annotated({}, { [`${prefix}affinity`]: 'true' }),
    silent: annotated({}, { [`${prefix}router.entrypoints`]: 'web' }),
  },
  'AFF-TRA-COOKIE-PATH': {
    fires: annotated({ 'sticky.cookie.path': '/app' }, {}, '/'),
    silent: annotated({ 'sticky.cookie.path': '/app' }, {}, '/app/x'),
  },
  'AFF-TRA-COOKIE-EXPIRED': {
    fires: annotated({ 'sticky.cookie.maxage': '-1' }),
    silent: annotated({ 'sticky.cookie.maxage': '3600' }),
  },
  'AFF-TRA-SAMESITE': {
    fires: route([web(sticky('sid', { sameSite: 'none' }))]),
    silent: route([web(sticky('sid', { sameSite: 'none', secure: true }))]),
  },
  'AFF-TRA-DRAWS-SERVICE': {
    fires: route([web(sticky('a')), next(sticky('b'))]),
    silent: weighted({ services: [web(sticky('a')), next(sticky('b'))], ...sticky('c') }),
  },
  'AFF-TRA-SERVICE-LEVEL-ONLY': {
    fires: weighted({ services: [web(), next(sticky('b'))], ...sticky('c') }),
    silent: weighted({ services: [web(sticky('a')), next(sticky('b'))], ...sticky('c') }),
  },
  'AFF-TRA-ONE-COOKIE-NAME': {
    fires: weighted({ services: [web(sticky('a')), next(sticky('b'))], ...sticky('a') }),
    silent: weighted({ services: [web(sticky('a')), next(sticky('b'))], ...sticky('c') }),
  },
  'AFF-TRA-SETTINGS-FIGHT': {
    fires: twice([web(sticky('a')), next()], { weighted: { services: [web()] } }),
    silent: twice([web(sticky('a')), next()], { weighted: { services: [web(sticky('a'))] } }),
  },
  'AFF-TRA-HASH-BEFORE-COOKIE': {
    fires: route([web({ strategy: 'hrw', ...sticky('a') })]),
    silent: route([web({ strategy: 'p2c', ...sticky('a') })]),
  },
  'AFF-TRA-ONE-SERVER': {
    fires: route([web({ nativeLB: true, ...sticky('a') })]),
    silent: route([web({ nativeLB: false, ...sticky('a') })]),
  },
  'AFF-TRA-CROSS-NAMESPACE': {
    fires: running([], [web(), { name: 'away', port: 80, namespace: 'other' }]),
    silent: running(
      ['--providers.kubernetesCRD.allowCrossNamespace=true'],
      [web(), { name: 'away', port: 80, namespace: 'other' }],
    ),
  },
  'AFF-TRA-TCP-FIRST': {
    fires: besideTcp({ routes: [{ match: 'HostSNI(`*`)', services: [next()] }] }),
    silent: besideTcp({
      routes: [{ match: 'HostSNI(`*`)', services: [next()] }],
      tls: { passthrough: true },
    }),
  },
  'AFF-TRA-ENTRY-POINT': {
    fires: running(['--entryPoints.web.address=:8000'], [web()], { entryPoints: ['webb', 'metrics'] }),
    silent: running(['--entryPoints.web.address=:8000'], [web()], { entryPoints: ['webb', 'web'] }),
  },
  'AFF-TRA-PATTERN-OFF': {
    fires: takenOver({ 'rewrite-target': '/$1' }, '/(app/.*)'),
    silent: takenOver({ 'use-regex': 'true' }, '/(app/.*)'),
  },
  'AFF-TRA-OLD-GROUP': {
    fires: route([web()], 'traefik.containo.us/v1alpha1'),
    silent: route([web()]),
  },
}
