import { expect, test } from 'vitest'
import { explainedText } from './explained.ts'
import {
  serviceAt,
  ingressClass,
  ingress,
  nginx,
  nginxClass,
  destinationRule,
  virtualService,
  istioGateway,
  gatewayClass,
  envoyGateway,
  gateway,
  route,
  rule,
  trafficPolicy,
  target,
  ingressRoute,
  traefikService,
  httpProxy,
  outside,
  together,
  sticky,
  ofTraefik,
  traefikProvider,
} from './variant-objects.ts'

/** An input that is like a case from the field, which its number names, and was not told. */
interface Variant {
  id: string
  text: string
  /** What must be said, as patterns of code, message and what mends it. */
  want?: string[]
  /** What must not be: levels, or patterns. */
  not?: string[]
  ways?: string[]
}

const variants: Variant[] = [
  {
    id: '01a use-regex on another Ingress of the host',
    text: together(
      nginxClass,
      serviceAt('a'),
      serviceAt('b'),
      ingress('x', nginx({ 'use-regex': 'true' }), [['/other', 'b']]),
      ingress('w', nginx({ affinity: 'cookie' }), [['/api/v[0-9]+/', 'a']], 'shop.example', {
        type: 'ImplementationSpecific',
      }),
    ),
    want: ['NGX-REGEX-COOKIE-PATH'],
    ways: ['shop.example/api/v[0-9]+/ cookie INGRESSCOOKIE, never sent', 'shop.example/other none'],
  },
  {
    id: '01b one regex path and /',
    text: together(
      nginxClass,
      serviceAt('a'),
      serviceAt('b'),
      ingress(
        'w',
        nginx({ affinity: 'cookie', 'session-cookie-name': 'r', 'rewrite-target': '/$2' }),
        [
          ['/foo(/|$)(.*)', 'a'],
          ['/', 'b'],
        ],
        'shop.example',
        { type: 'ImplementationSpecific' },
      ),
    ),
    want: ['NGX-REGEX-COOKIE-PATH'],
    ways: ['shop.example/ cookie r', 'shop.example/foo(/|$)(.*) cookie r, never sent'],
  },
  {
    id: '01c regex path, session-cookie-path given (healthy)',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress(
        'w',
        nginx({ affinity: 'cookie', 'session-cookie-path': '/foo', 'rewrite-target': '/$2' }),
        [['/foo(/|$)(.*)', 'a']],
        'shop.example',
        { type: 'ImplementationSpecific' },
      ),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '01d Traefik nginx provider: default path /',
    text: together(
      ingressClass('k8s.io/ingress-nginx'),
      traefikProvider,
      serviceAt('a'),
      ingress(
        'w',
        nginx({ affinity: 'cookie', 'rewrite-target': '/$2' }),
        [['/foo(/|$)(.*)', 'a']],
        'shop.example',
        { type: 'ImplementationSpecific' },
      ),
    ),
    not: ['REGEX-COOKIE-PATH'],
  },
  {
    id: '02a healthy balanced, class by annotation',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress(
        'w',
        {
          'kubernetes.io/ingress.class': 'it',
          ...nginx({
            affinity: 'cookie',
            'affinity-mode': 'balanced',
            'session-cookie-name': 'route',
            'session-cookie-max-age': '3600',
            'session-cookie-samesite': 'None',
          }),
        },
        [['/', 'a']],
        'shop.example',
        { cls: '', tls: true },
      ),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example/ cookie route'],
  },
  {
    id: '02b healthy, two paths, session-cookie-path and domain',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress(
        'w',
        nginx({
          affinity: 'cookie',
          'affinity-mode': 'persistent',
          'session-cookie-name': 'aff',
          'session-cookie-path': '/',
          'session-cookie-domain': 'shop.example',
          'session-cookie-expires': '600',
        }),
        [
          ['/', 'a'],
          ['/ws', 'a'],
        ],
      ),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '03a affinity on canary by header, main has other',
    text: together(
      nginxClass,
      serviceAt('a'),
      serviceAt('b'),
      ingress('w', nginx({ affinity: 'cookie', 'session-cookie-name': 'main' }), [['/', 'a']]),
      ingress(
        'c',
        nginx({
          canary: 'true',
          'canary-by-header': 'X-Beta',
          affinity: 'cookie',
          'session-cookie-name': 'beta',
        }),
        [['/', 'b']],
      ),
    ),
    want: ['NGX-CANARY-AFFINITY'],
  },
  {
    id: '03b legacy canary with own affinity',
    text: together(
      nginxClass,
      serviceAt('a'),
      serviceAt('b'),
      ingress('w', nginx({ affinity: 'cookie', 'session-cookie-name': 'main' }), [['/', 'a']]),
      ingress(
        'c',
        nginx({
          canary: 'true',
          'canary-weight': '10',
          'affinity-canary-behavior': 'legacy',
          affinity: 'cookie',
          'session-cookie-name': 'beta',
        }),
        [['/', 'b']],
      ),
    ),
    want: ['NGX-CANARY-AFFINITY .*legacy .*remove the annotation .*affinity-canary-behavior'],
    ways: ['shop.example/ cookie main 90 %', 'shop.example/ none 10 %'],
  },
  {
    id: '03c canary by cookie, main without affinity, two paths',
    text: together(
      nginxClass,
      serviceAt('a'),
      serviceAt('b'),
      ingress('w', {}, [
        ['/x', 'a'],
        ['/y', 'a'],
      ]),
      ingress('c', nginx({ canary: 'true', 'canary-by-cookie': 'beta', affinity: 'cookie' }), [['/y', 'b']]),
    ),
    want: ['NGX-CANARY-AFFINITY .*/affinity: cookie on ingress/w'],
  },
  {
    id: '03d canary with a named cookie, main without affinity',
    text: together(
      nginxClass,
      serviceAt('a'),
      serviceAt('b'),
      ingress('w', {}, [['/', 'a']]),
      ingress('c', nginx({ canary: 'true', affinity: 'cookie', 'session-cookie-name': 'beta' }), [
        ['/', 'b'],
      ]),
    ),
    want: ['/affinity: cookie and set the annotation .*session-cookie-name: beta on ingress/w$'],
  },
  {
    id: '02e a lifetime with a unit',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress('w', nginx({ affinity: 'cookie', 'session-cookie-max-age': '1h' }), [['/', 'a']]),
    ),
    want: ['NGX-VALUE-DROPPED .*session-cookie-max-age: "3600"'],
  },
  {
    id: '04a nginx annotations on Traefik',
    text: together(
      ingressClass('traefik.io/ingress-controller'),
      serviceAt('a'),
      ingress('w', nginx({ affinity: 'cookie', 'upstream-hash-by': '$remote_addr' }), [['/', 'a']]),
    ),
    want: ['L7-FOREIGN'],
    ways: ['shop.example/ none'],
  },
  {
    id: '04b haproxytech annotation on haproxy-ingress',
    text: together(
      ingressClass('haproxy-ingress.github.io/controller'),
      serviceAt('a'),
      ingress('w', { 'haproxy.org/cookie-persistence': 'X' }, [['/', 'a']]),
    ),
    want: ['L7-FOREIGN'],
    ways: ['shop.example/ none'],
  },
  {
    id: '04c nginx annotations on Kong',
    text: together(
      ingressClass('ingress-controllers.konghq.com/kong'),
      serviceAt('a'),
      ingress('w', nginx({ affinity: 'cookie' }), [['/', 'a']]),
    ),
    want: ['L7-FOREIGN'],
  },
  {
    id: '04d ALB attributes on nginx',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress('w', { 'alb.ingress.kubernetes.io/target-group-attributes': 'stickiness.enabled=true' }, [
        ['/', 'a'],
      ]),
    ),
    want: ['L7-FOREIGN'],
    ways: ['shop.example/ none'],
  },
  {
    id: '04e Traefik Service annotations behind ingress-nginx',
    text: together(
      nginxClass,
      serviceAt('a', { [ofTraefik + 'service.sticky.cookie']: 'true' }),
      ingress('w', {}, [['/', 'a']]),
    ),
    want: ['L7-FOREIGN'],
    ways: ['shop.example/ none'],
  },
  {
    id: '04f nginx annotations on the Service',
    text: together(nginxClass, serviceAt('a', nginx({ affinity: 'cookie' })), ingress('w', {}, [['/', 'a']])),
    want: ['L7-MISPLACED'],
    ways: ['shop.example/ none'],
  },
  {
    id: '04g nginx annotations on HTTPRoute',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]).replace(
        'name: r,',
        `name: r, annotations: ${JSON.stringify(nginx({ affinity: 'cookie' }))},`,
      ),
    ),
    want: ['L7-MISPLACED'],
    ways: ['shop.example none'],
  },
  {
    id: '05a binary_remote_addr, NodePort, eTP omitted',
    text: together(
      nginxClass,
      outside('ingress-nginx', {
        'app.kubernetes.io/name': 'ingress-nginx',
        'app.kubernetes.io/component': 'controller',
      }).replace('LoadBalancer', 'NodePort'),
      serviceAt('a'),
      ingress('w', nginx({ 'upstream-hash-by': '$binary_remote_addr' }), [['/', 'a']]),
    ),
    want: ['NGX-HASH-OF-NODES'],
  },
  {
    id: '05b eTP Local (healthy)',
    text: together(
      nginxClass,
      outside(
        'ingress-nginx',
        { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
        ', externalTrafficPolicy: Local',
      ),
      serviceAt('a'),
      ingress('w', nginx({ 'upstream-hash-by': '$remote_addr' }), [['/', 'a']]),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example/ hash $remote_addr'],
  },
  {
    id: '05c Istio useSourceIp behind eTP Cluster',
    text: together(
      outside('istio-system', { istio: 'ingressgateway' }).replace(
        'name: istio-system,',
        'name: istio-ingressgateway,',
      ),
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', { loadBalancer: { consistentHash: { useSourceIp: true } } }),
    ),
    want: ['HASH-OF-NODES'],
  },
  {
    id: '05d Contour hashSourceIP behind eTP Cluster',
    text: together(
      outside('projectcontour', { app: 'envoy' }).replace('name: projectcontour,', 'name: envoy,'),
      serviceAt('a'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        routes: [
          {
            services: [{ name: 'a', port: 80 }],
            loadBalancerPolicy: { strategy: 'RequestHash', requestHashPolicies: [{ hashSourceIP: true }] },
          },
        ],
      }),
    ),
    want: ['HASH-OF-NODES'],
  },
  {
    id: '05d2 Contour hashSourceIP behind eTP Local, beside an Envoy Gateway behind eTP Cluster',
    text: together(
      outside('projectcontour', { app: 'envoy' }, ', externalTrafficPolicy: Local').replace(
        'name: projectcontour,',
        'name: envoy,',
      ),
      outside('envoy-gateway-system', {
        'app.kubernetes.io/name': 'envoy',
        'gateway.envoyproxy.io/owning-gateway-name': 'eg',
      }),
      serviceAt('a'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        routes: [
          {
            services: [{ name: 'a', port: 80 }],
            loadBalancerPolicy: { strategy: 'RequestHash', requestHashPolicies: [{ hashSourceIP: true }] },
          },
        ],
      }),
    ),
    not: ['HASH-OF-NODES'],
  },
  {
    id: '05e Traefik hrw behind eTP Cluster',
    text: together(
      outside('traefik', { 'app.kubernetes.io/name': 'traefik' }),
      serviceAt('a'),
      ingressRoute([
        { match: 'Host(`shop.example`)', kind: 'Rule', services: [{ name: 'a', port: 80, strategy: 'hrw' }] },
      ]),
    ),
    want: ['HASH-OF-NODES'],
  },
  {
    id: '05f x-forwarded-for with forwarded headers off',
    text: together(
      nginxClass,
      outside('ingress-nginx', {
        'app.kubernetes.io/name': 'ingress-nginx',
        'app.kubernetes.io/component': 'controller',
      }),
      serviceAt('a'),
      ingress('w', nginx({ 'upstream-hash-by': '$http_x_forwarded_for' }), [['/', 'a']]),
    ),
  },
  {
    id: '06a cookie on another port (healthy)',
    text: together(
      nginxClass,
      serviceAt('a', {}, '[{name: h, port: 80}, {name: g, port: 81}]'),
      ingress('f', nginx({ 'upstream-hash-by': '$request_uri' }), [['/', 'a', 80]], 'f.example'),
      ingress('w', nginx({ affinity: 'cookie' }), [['/', 'a', 81]]),
    ),
    not: ['HASH-LOSES'],
  },
  {
    id: '06b same host other path',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress('f', nginx({ 'upstream-hash-by': '$cookie_id' }), [['/files', 'a']]),
      ingress('w', nginx({ affinity: 'cookie' }), [['/web', 'a']]),
    ),
    want: ['NGX-HASH-LOSES'],
  },
  {
    id: '06c port by name and number',
    text: together(
      nginxClass,
      serviceAt('a', {}, '[{name: h, port: 80}]'),
      ingress('f', nginx({ 'upstream-hash-by': '$uri' }), [['/', 'a', 'h']], 'f.example'),
      ingress('w', nginx({ affinity: 'cookie' }), [['/', 'a', 80]]),
    ),
  },
  {
    id: '06d Traefik provider: hash beats cookie',
    text: together(
      nginxClass,
      traefikProvider,
      serviceAt('a'),
      ingress('w', nginx({ affinity: 'cookie', 'upstream-hash-by': '$request_uri' }), [['/', 'a']]),
    ),
    want: ['TRA-HASH-BEFORE-COOKIE'],
    ways: ['shop.example/ hash $request_uri'],
  },
  {
    id: '07a hash by header (healthy)',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress('w', nginx({ 'upstream-hash-by': '$http_x_room' }), [['/ws', 'a']]),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '07b hash by two params (healthy)',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress('w', nginx({ 'upstream-hash-by': '$arg_room$arg_doc' }), [['/ws/', 'a']]),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '07c Istio query param (healthy)',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', { loadBalancer: { consistentHash: { httpQueryParameterName: 'room' } } }),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '07d Contour query param (healthy)',
    text: together(
      serviceAt('a'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        routes: [
          {
            services: [{ name: 'a', port: 80 }],
            loadBalancerPolicy: {
              strategy: 'RequestHash',
              requestHashPolicies: [{ queryParameterHashOptions: { parameterName: 'room' } }],
            },
          },
        ],
      }),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '08a HTTPRoute weights via Istio, two Services',
    text: together(
      gatewayClass('istio.io/gateway-controller'),
      gateway(),
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      serviceAt('b', {}, '[{name: http, port: 80}]'),
      route('r', [
        rule('/', 'a', undefined, [
          { name: 'a', port: 80, weight: 9 },
          { name: 'b', port: 80, weight: 1 },
        ]),
      ]),
      destinationRule(
        'a',
        { loadBalancer: { consistentHash: { httpCookie: { name: 'u', path: '/', ttl: '0s' } } } },
        {},
        'a',
      ),
      destinationRule(
        'b',
        { loadBalancer: { consistentHash: { httpCookie: { name: 'u', path: '/', ttl: '0s' } } } },
        {},
        'b',
      ),
    ),
    want: ['ISTIO-WEIGHTED'],
  },
  {
    id: '08b weight 100 and 0 (healthy)',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([
        {
          route: [
            { destination: { host: 'a', subset: 'v1' }, weight: 100 },
            { destination: { host: 'a', subset: 'v2' }, weight: 0 },
          ],
        },
      ]),
      destinationRule(
        'a',
        { loadBalancer: { consistentHash: { httpCookie: { name: 'u', path: '/', ttl: '0s' } } } },
        {
          subsets: [
            { name: 'v1', labels: { v: '1' } },
            { name: 'v2', labels: { v: '2' } },
          ],
        },
      ),
    ),
    not: ['WEIGHTED'],
    ways: ['shop.example cookie u 100 %'],
  },
  {
    id: '08c Contour weighted with Cookie',
    text: together(
      serviceAt('a'),
      serviceAt('b'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        routes: [
          {
            services: [
              { name: 'a', port: 80, weight: 90 },
              { name: 'b', port: 80, weight: 10 },
            ],
            loadBalancerPolicy: { strategy: 'Cookie' },
          },
        ],
      }),
    ),
    want: ['CONTOUR-SEVERAL'],
  },
  {
    id: '09a wildcard DR, v1beta1, header (healthy)',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a.shop.svc.cluster.local' } }] }]).replace(
        'io/v1',
        'io/v1beta1',
      ),
      destinationRule('*.shop.svc.cluster.local', {
        loadBalancer: { consistentHash: { httpHeaderName: 'x-user' } },
      }).replace('io/v1', 'io/v1alpha3'),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example header x-user'],
  },
  {
    id: '09b gateway in another ns, subset, maglev (healthy)',
    text: together(
      istioGateway.replace('namespace: shop', 'namespace: infra'),
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a', subset: 'v1' } }] }], {
        gateways: ['infra/edge', 'mesh'],
      }),
      destinationRule(
        'a',
        {
          loadBalancer: {
            consistentHash: {
              maglev: { tableSize: 65537 },
              httpCookie: { name: 's', path: '/', ttl: '3600s' },
            },
          },
        },
        { subsets: [{ name: 'v1', labels: { v: '1' } }] },
      ),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example cookie s'],
  },
  {
    id: '10a PHPSESSID in envoyGateway with ttl',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]),
      trafficPolicy({
        ...target('HTTPRoute', 'r'),
        loadBalancer: {
          type: 'ConsistentHash',
          consistentHash: {
            type: 'Cookie',
            cookie: { name: 'PHPSESSID', ttl: '60s', attributes: { Path: '/' } },
          },
        },
      }),
    ),
    want: ['APPLICATION-COOKIE'],
  },
  {
    id: '10b ASP.NET_SessionId in Istio',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', {
        loadBalancer: {
          consistentHash: { httpCookie: { name: 'ASP.NET_SessionId', path: '/', ttl: '3600s' } },
        },
      }),
    ),
    want: ['APPLICATION-COOKIE'],
  },
  {
    id: '10c connect.sid in nginx',
    text: together(
      nginxClass,
      serviceAt('a'),
      ingress('w', nginx({ affinity: 'cookie', 'session-cookie-name': 'connect.sid' }), [['/', 'a']]),
    ),
    want: ['APPLICATION-COOKIE'],
  },
  {
    id: '10d JSESSIONID without ttl in Istio (as the mend says)',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', {
        loadBalancer: { consistentHash: { httpCookie: { name: 'JSESSIONID', path: '/' } } },
      }),
    ),
    not: ['APPLICATION-COOKIE'],
  },
  {
    id: '10e JSESSIONID in Traefik',
    text: together(
      serviceAt('a'),
      ingressRoute([
        {
          match: 'Host(`shop.example`)',
          kind: 'Rule',
          services: [{ name: 'a', port: 80, ...sticky({ name: 'JSESSIONID' }) }],
        },
      ]),
    ),
    want: ['APPLICATION-COOKIE'],
  },
  {
    id: '10f sessionid HAProxy',
    text: together(
      ingressClass('haproxy-ingress.github.io/controller'),
      serviceAt('a'),
      ingress(
        'w',
        {
          'haproxy-ingress.github.io/affinity': 'cookie',
          'haproxy-ingress.github.io/session-cookie-name': 'JSESSIONID',
        },
        [['/', 'a']],
      ),
    ),
    want: ['APPLICATION-COOKIE'],
  },
  {
    id: '10g Kong JSESSIONID',
    text: together(
      ingressClass('ingress-controllers.konghq.com/kong'),
      serviceAt('a', { 'konghq.com/upstream-policy': 'k' }),
      ingress('w', {}, [['/', 'a']]),
      `
apiVersion: configuration.konghq.com/v1beta1
kind: KongUpstreamPolicy
metadata: {name: k, namespace: shop}
spec: {algorithm: consistent-hashing, hashOn: {cookie: JSESSIONID, cookiePath: /}}
`,
    ),
  },
  {
    id: '11a portLevelSettings for the targetPort',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80, targetPort: 8080}]'),
      virtualService([{ route: [{ destination: { host: 'a', port: { number: 80 } } }] }]),
      destinationRule('a', {
        portLevelSettings: [
          {
            port: { number: 8080 },
            loadBalancer: { consistentHash: { httpCookie: { name: 's', path: '/', ttl: '0s' } } },
          },
        ],
      }),
    ),
    want: ['ISTIO-PORT-UNKNOWN'],
    ways: ['shop.example none'],
  },
  {
    id: '11b HTTPRoute, right port (healthy)',
    text: together(
      gatewayClass('istio.io/gateway-controller'),
      gateway(),
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      route('r', [rule('/', 'a')]),
      destinationRule('a', {
        portLevelSettings: [
          {
            port: { number: 80 },
            loadBalancer: { consistentHash: { httpCookie: { name: 's', path: '/', ttl: '0s' } } },
          },
        ],
      }),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example cookie s'],
  },
  {
    id: '11c tls only for a port drops the hash',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a', port: { number: 80 } } }] }]),
      destinationRule('a', {
        loadBalancer: { consistentHash: { httpCookie: { name: 's', path: '/', ttl: '0s' } } },
        portLevelSettings: [{ port: { number: 80 }, connectionPool: { tcp: { maxConnections: 5 } } }],
      }),
    ),
    want: ['ISTIO-PORT-DROPS'],
    ways: ['shop.example none'],
  },
  {
    id: '12a two HTTPRoutes of one host',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      serviceAt('b'),
      route('r1', [rule('/a', 'a', { sessionName: 's' })]),
      route('r2', [rule('/b', 'b', { sessionName: 's', type: 'Cookie' })]),
    ),
    want: ['GWAPI-ONE-NAME'],
  },
  {
    id: '12b different hosts (healthy)',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      serviceAt('b'),
      route('r1', [rule('/', 'a', { sessionName: 's' })], 'a.example'),
      route('r2', [rule('/', 'b', { sessionName: 's' })], 'b.example'),
    ),
    not: ['ONE-NAME'],
  },
  {
    id: '12c one name, one Service',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r1', [rule('/a', 'a', { sessionName: 's' }), rule('/b', 'a', { sessionName: 's' })]),
    ),
    not: ['ONE-NAME'],
  },
  {
    id: '12d wildcard host and a host under it',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      serviceAt('b'),
      route('r1', [rule('/a', 'a', { sessionName: 's' })], '*.example.com'),
      route('r2', [rule('/b', 'b', { sessionName: 's' })], 'x.example.com'),
    ),
    want: [],
  },
  {
    id: '12e BTP hash of one cookie for two routes',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      serviceAt('b'),
      route('r1', [rule('/a', 'a')]),
      route('r2', [rule('/b', 'b')]),
      trafficPolicy({
        ...target('Gateway', 'gw'),
        loadBalancer: {
          type: 'ConsistentHash',
          consistentHash: { type: 'Cookie', cookie: { name: 's', ttl: '0s', attributes: { Path: '/' } } },
        },
      }),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '13a header (healthy)',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a', { type: 'Header', sessionName: 'X-Session' })]),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example header X-Session'],
  },
  {
    id: '13b GRPCRoute permanent',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route(
        'r',
        [
          {
            backendRefs: [{ name: 'a', port: 80 }],
            sessionPersistence: { sessionName: 's', type: 'Header' },
          },
        ],
        'shop.example',
        'GRPCRoute',
      ),
    ),
    not: ['^error'],
  },
  {
    id: '13c permanent without absoluteTimeout',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a', { sessionName: 's', cookieConfig: { lifetimeType: 'Permanent' } })]),
    ),
    want: ['GWAPI-NO-TIMEOUT'],
  },
  {
    id: '14a Istio no ttl',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', { loadBalancer: { consistentHash: { httpCookie: { name: 'aff', path: '/' } } } }),
    ),
    want: ['ISTIO-COOKIE-NOT-MADE'],
  },
  {
    id: '14b kgateway no ttl',
    text: together(
      gatewayClass('kgateway.dev/kgateway'),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]),
      `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: BackendConfigPolicy
metadata: {name: k, namespace: shop}
spec: {targetRefs: [{group: "", kind: Service, name: a}], loadBalancer: {ringHash: {hashPolicies: [{cookie: {name: aff, path: /}}]}}}
`,
    ),
    want: ['KGW-NO-TTL'],
  },
  {
    id: '14c envoyGateway on the Gateway, no ttl',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]),
      trafficPolicy({
        ...target('Gateway', 'gw'),
        loadBalancer: { type: 'ConsistentHash', consistentHash: { type: 'Cookie', cookie: { name: 'aff' } } },
      }),
    ),
    want: ['EG-NO-TTL'],
  },
  {
    id: '14d APISIX chash on cookie',
    text: together(
      serviceAt('a'),
      `
apiVersion: apisix.apache.org/v2
kind: ApisixRoute
metadata: {name: r, namespace: shop}
spec: {http: [{name: x, match: {hosts: [shop.example], paths: ["/*"]}, backends: [{serviceName: a, servicePort: 80}]}]}
`,
      `
apiVersion: apisix.apache.org/v2
kind: ApisixUpstream
metadata: {name: a, namespace: shop}
spec: {loadbalancer: {type: chash, hashOn: cookie, key: aff}}
`,
    ),
    want: ['APISIX-NO-COOKIE'],
  },
  {
    id: '15a weighted TraefikService without sticky',
    text: together(
      serviceAt('a'),
      serviceAt('b'),
      ingressRoute([
        { match: 'Host(`shop.example`)', kind: 'Rule', services: [{ name: 'w', kind: 'TraefikService' }] },
      ]),
      traefikService('w', {
        weighted: {
          services: [
            { name: 'a', port: 80, weight: 3, ...sticky({ name: 'x' }) },
            { name: 'b', port: 80, weight: 1, ...sticky({ name: 'y' }) },
          ],
        },
      }),
    ),
    want: ['TRA-DRAWS-SERVICE'],
    not: ['ONE-COOKIE-NAME'],
  },
  {
    id: '15b two levels (healthy)',
    text: together(
      serviceAt('a'),
      serviceAt('b'),
      ingressRoute([
        { match: 'Host(`shop.example`)', kind: 'Rule', services: [{ name: 'w', kind: 'TraefikService' }] },
      ]),
      traefikService('w', {
        weighted: {
          ...sticky({ name: 'l1' }),
          services: [
            { name: 'a', port: 80, weight: 3, ...sticky({ name: 'x' }) },
            { name: 'b', port: 80, weight: 1, ...sticky({ name: 'y' }) },
          ],
        },
      }),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '15c sticky only on weighted',
    text: together(
      serviceAt('a'),
      serviceAt('b'),
      ingressRoute([
        { match: 'Host(`shop.example`)', kind: 'Rule', services: [{ name: 'w', kind: 'TraefikService' }] },
      ]),
      traefikService('w', {
        weighted: {
          ...sticky({ name: 'l1' }),
          services: [
            { name: 'a', port: 80, weight: 3 },
            { name: 'b', port: 80, weight: 1 },
          ],
        },
      }),
    ),
    want: ['TRA-SERVICE-LEVEL-ONLY'],
  },
  {
    id: '15d three Services, one sticky, default names',
    text: together(
      serviceAt('a'),
      serviceAt('b'),
      ingressRoute([
        {
          match: 'Host(`shop.example`) && PathPrefix(`/x`)',
          kind: 'Rule',
          services: [
            { name: 'a', port: 80, ...sticky() },
            { name: 'b', port: 80 },
          ],
        },
      ]),
    ),
    want: ['TRA-DRAWS-SERVICE'],
    not: ['ONE-COOKIE-NAME'],
  },
  {
    id: '15e weight 0',
    text: together(
      serviceAt('a'),
      serviceAt('b'),
      ingressRoute([
        {
          match: 'Host(`shop.example`)',
          kind: 'Rule',
          services: [
            { name: 'a', port: 80, weight: 1, ...sticky({ name: 'x' }) },
            { name: 'b', port: 80, weight: 0 },
          ],
        },
      ]),
    ),
    not: ['DRAWS'],
    ways: ['Host(`shop.example`) cookie x'],
  },
  {
    id: '16a Kong policy on the Ingress',
    text: together(
      ingressClass('ingress-controllers.konghq.com/kong'),
      serviceAt('a'),
      ingress('w', { 'konghq.com/upstream-policy': 'k' }, [['/', 'a']]),
    ),
    want: ['KONG-MISPLACED'],
  },
  {
    id: '16b GKE backend-config on the Ingress',
    text: together(
      serviceAt('a', { 'cloud.google.com/neg': '{"ingress": true}' }),
      ingress(
        'w',
        { 'kubernetes.io/ingress.class': 'gce', 'cloud.google.com/backend-config': '{"default":"k"}' },
        [['/', 'a']],
        'shop.example',
        { cls: '' },
      ),
    ),
    want: ['GKE-MISPLACED'],
  },
  {
    id: '16c Traefik: strategy/maxage annots on Ingress',
    text: together(
      ingressClass('traefik.io/ingress-controller'),
      serviceAt('a'),
      ingress(
        'w',
        { [ofTraefik + 'service.sticky.cookie']: 'true', [ofTraefik + 'service.sticky.cookie.maxage']: '60' },
        [
          ['/', 'a'],
          ['/b', 'a'],
        ],
      ),
    ),
    want: ['TRA-ANNOTATION-ON-INGRESS'],
    ways: ['shop.example/ none', 'shop.example/b none'],
  },
  {
    id: '16d NLB annotation on the Ingress',
    text: together(
      ingressClass('ingress.k8s.aws/alb'),
      serviceAt('a'),
      ingress(
        'w',
        {
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes':
            'stickiness.enabled=true,stickiness.type=source_ip',
        },
        [['/', 'a']],
      ),
    ),
    want: ['L7-MISPLACED'],
    ways: ['shop.example/ none'],
  },
  {
    id: '16e the label of Istio as an annotation',
    text: together(
      istioGateway,
      serviceAt('a', { 'istio.io/persistent-session': 'aff' }, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
    ),
    want: ['L7-MISPLACED'],
    ways: ['shop.example none'],
  },
  {
    id: '17a path covers, maxage, samesite (healthy)',
    text: together(
      ingressClass('traefik.io/ingress-controller'),
      serviceAt('a', {
        [ofTraefik + 'service.sticky.cookie']: 'true',
        [ofTraefik + 'service.sticky.cookie.name']: 'sid',
        [ofTraefik + 'service.sticky.cookie.maxage']: '600',
        [ofTraefik + 'service.sticky.cookie.samesite']: 'lax',
        [ofTraefik + 'service.sticky.cookie.path']: '/wiki',
      }),
      ingress('w', {}, [['/wiki', 'a']]),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example/wiki cookie sid'],
  },
  {
    id: '17b two Services default names (healthy)',
    text: together(
      ingressClass('traefik.io/ingress-controller'),
      serviceAt('a', { [ofTraefik + 'service.sticky.cookie']: 'true' }),
      serviceAt('b', { [ofTraefik + 'service.sticky.cookie']: 'true' }),
      ingress('w', {}, [
        ['/a', 'a'],
        ['/b', 'b'],
      ]),
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '17c samesite none without secure',
    text: together(
      ingressClass('traefik.io/ingress-controller'),
      serviceAt('a', {
        [ofTraefik + 'service.sticky.cookie']: 'true',
        [ofTraefik + 'service.sticky.cookie.samesite']: 'none',
      }),
      ingress('w', {}, [['/', 'a']]),
    ),
    want: ['TRA-SAMESITE'],
  },
  {
    id: '18a services[].strategy',
    text: together(
      serviceAt('a'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        routes: [{ services: [{ name: 'a', port: 80, strategy: 'Cookie' }] }],
      }),
    ),
    want: ['CONTOUR-UNKNOWN-FIELD'],
    ways: ['shop.example none'],
  },
  {
    id: '18b policy at the spec',
    text: together(
      serviceAt('a'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        loadBalancerPolicy: { strategy: 'Cookie' },
        routes: [{ services: [{ name: 'a', port: 80 }] }],
      }),
    ),
    want: ['CONTOUR-UNKNOWN-FIELD'],
    ways: ['shop.example none'],
  },
  {
    id: '18c strategy cookie in lower case',
    text: together(
      serviceAt('a'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        routes: [{ services: [{ name: 'a', port: 80 }], loadBalancerPolicy: { strategy: 'cookie' } }],
      }),
    ),
    want: ['CONTOUR-UNKNOWN-STRATEGY'],
    ways: ['shop.example none'],
  },
  {
    id: '18d Istio: consistentHash misplaced at trafficPolicy',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', { consistentHash: { httpCookie: { name: 's', ttl: '0s' } } }),
    ),
    want: ['L7-MISPLACED'],
    ways: ['shop.example none'],
  },
  {
    id: '18e Istio: loadbalancer misspelt',
    text: together(
      istioGateway,
      serviceAt('a', {}, '[{name: http, port: 80}]'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', { loadbalancer: { consistentHash: { httpCookie: { name: 's', ttl: '0s' } } } }),
    ),
    want: ['L7-MISPLACED'],
    ways: ['shop.example none'],
  },
  {
    id: '18f EG: sticky at the wrong level',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]),
      trafficPolicy({
        ...target('HTTPRoute', 'r'),
        consistentHash: { type: 'Cookie', cookie: { name: 's', ttl: '0s' } },
      }),
    ),
    want: ['L7-MISPLACED'],
    ways: ['shop.example none'],
  },
  {
    id: '18g Traefik IngressRoute: sticky at the route',
    text: together(
      serviceAt('a'),
      ingressRoute([
        {
          match: 'Host(`shop.example`)',
          kind: 'Rule',
          services: [{ name: 'a', port: 80 }],
          ...sticky({ name: 'x' }),
        },
      ]),
    ),
    want: ['L7-MISPLACED'],
    ways: ['Host(`shop.example`) none'],
  },
  {
    id: '18h sessionPersistence in spec of HTTPRoute',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]).replace(
        '"parentRefs"',
        '"sessionPersistence":{"sessionName":"s"},"parentRefs"',
      ),
    ),
    want: ['GWAPI-UNKNOWN-FIELD'],
    ways: ['shop.example none'],
  },
  {
    id: '18i sessionPersistence in backendRefs',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [
        rule('/', 'a', undefined, [{ name: 'a', port: 80, sessionPersistence: { sessionName: 's' } }]),
      ]),
    ),
    want: ['GWAPI-UNKNOWN-FIELD'],
    ways: ['shop.example none'],
  },
  {
    id: '19a stickiness.enable on the Service, ip',
    text: together(
      ingressClass('ingress.k8s.aws/alb'),
      serviceAt('a', {
        'alb.ingress.kubernetes.io/target-group-attributes':
          'stickiness.enable=true,stickiness.type=lb_cookie',
      }),
      ingress('w', { 'alb.ingress.kubernetes.io/target-type': 'ip' }, [['/', 'a']]),
    ),
    want: ['AWS-UNKNOWN-ATTRIBUTE'],
    ways: ['shop.example/ none'],
  },
  {
    id: '19b lb_cookie on NLB',
    text: together(
      serviceAt(
        'a',
        {
          'service.beta.kubernetes.io/aws-load-balancer-type': 'external',
          'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
          'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes':
            'stickiness.enabled=true,stickiness.type=lb_cookie',
        },
        '[{port: 80}]',
        ', type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb',
      ),
    ),
    want: ['AWS-'],
  },
  {
    id: '19c app_cookie without name',
    text: together(
      ingressClass('ingress.k8s.aws/alb'),
      serviceAt('a'),
      ingress(
        'w',
        {
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'alb.ingress.kubernetes.io/target-group-attributes':
            'stickiness.enabled=true,stickiness.type=app_cookie',
        },
        [['/', 'a']],
      ),
    ),
    want: ['AWS-'],
  },
  {
    id: '19d duration too long',
    text: together(
      ingressClass('ingress.k8s.aws/alb'),
      serviceAt('a'),
      ingress(
        'w',
        {
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'alb.ingress.kubernetes.io/target-group-attributes':
            'stickiness.enabled=true,stickiness.lb_cookie.duration_seconds=1209600',
        },
        [['/', 'a']],
      ),
    ),
    want: ['AWS-BAD-VALUE'],
  },
  {
    id: '19e spaces after commas',
    text: together(
      ingressClass('ingress.k8s.aws/alb'),
      serviceAt('a'),
      ingress(
        'w',
        {
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'alb.ingress.kubernetes.io/target-group-attributes':
            'stickiness.enabled=true, stickiness.lb_cookie.duration_seconds=600',
        },
        [['/', 'a']],
      ),
    ),
    not: ['^error'],
    ways: ['shop.example/ cookie AWSALB'],
  },
  {
    id: '20a haproxy.com prefix on the Ingress',
    text: together(
      ingressClass('haproxy.org/ingress-controller/haproxy'),
      serviceAt('a'),
      ingress('w', { 'haproxy.com/cookie-persistence': 'SID' }, [['/', 'a']]),
    ),
    want: ['HAP-COOKIE-ON-INGRESS'],
    ways: ['shop.example/ cookie SID'],
  },
  {
    id: '20b on the Service (healthy)',
    text: together(
      ingressClass('haproxy.org/ingress-controller'),
      serviceAt('a', { 'haproxy.org/cookie-persistence': 'SID' }),
      ingress('w', {}, [['/', 'a']]),
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example/ cookie SID'],
  },
  {
    id: '20c no-dynamic on the Ingress',
    text: together(
      ingressClass('haproxy.org/ingress-controller'),
      serviceAt('a'),
      ingress('w', { 'haproxy.org/cookie-persistence-no-dynamic': 'SID' }, [['/', 'a']]),
    ),
    want: ['HAP-COOKIE-ON-INGRESS'],
  },
  {
    id: '21a hashOn without algorithm',
    text: together(
      ingressClass('ingress-controllers.konghq.com/kong'),
      serviceAt('a', { 'konghq.com/upstream-policy': 'k' }),
      ingress('w', {}, [['/', 'a']]),
      `
apiVersion: configuration.konghq.com/v1beta1
kind: KongUpstreamPolicy
metadata: {name: k, namespace: shop}
spec: {hashOn: {header: X-User}}
`,
    ),
    want: ['KONG-ALGORITHM'],
    ways: ['shop.example/ unknown'],
  },
  {
    id: '21b HTTPRoute of Kong, hash on header (healthy)',
    text: together(
      gatewayClass('konghq.com/kic-gateway-controller'),
      gateway(),
      serviceAt('a', { 'konghq.com/upstream-policy': 'k' }),
      route('r', [rule('/', 'a')]),
      `
apiVersion: configuration.konghq.com/v1beta1
kind: KongUpstreamPolicy
metadata: {name: k, namespace: shop}
spec: {algorithm: consistent-hashing, hashOn: {header: X-User}, hashOnFallback: {input: ip}}
`,
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example header X-User'],
  },
  {
    id: '21c policy of another namespace',
    text: together(
      ingressClass('ingress-controllers.konghq.com/kong'),
      serviceAt('a', { 'konghq.com/upstream-policy': 'k' }),
      ingress('w', {}, [['/', 'a']]),
      `
apiVersion: configuration.konghq.com/v1beta1
kind: KongUpstreamPolicy
metadata: {name: k, namespace: other}
spec: {algorithm: sticky-sessions, hashOn: {input: none}, stickySessions: {cookie: s}}
`,
    ),
    ways: ['shop.example/ unknown'],
  },
  {
    id: '22a per port',
    text: together(
      serviceAt('a', {
        'cloud.google.com/neg': '{"ingress": true}',
        'cloud.google.com/backend-config': '{"ports": {"80":"k"}}',
      }),
      ingress('w', { 'kubernetes.io/ingress.class': 'gce-internal' }, [['/*', 'a']], 'shop.example', {
        cls: '',
        type: 'ImplementationSpecific',
      }),
      `
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: k, namespace: shop}
spec: {sessionAffinity: {affinityType: CLIENT_IP}}
`,
    ),
    not: ['^(warning|error)'],
  },
  {
    id: '22b GKE Gateway with GCPBackendPolicy',
    text: together(
      gatewayClass('networking.gke.io/gateway'),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]),
      `
apiVersion: networking.gke.io/v1
kind: GCPBackendPolicy
metadata: {name: k, namespace: shop}
spec: {default: {sessionAffinity: {type: GENERATED_COOKIE, cookieTtlSec: 50}}, targetRef: {group: "", kind: Service, name: a}}
`,
    ),
    not: ['^(warning|error)'],
    ways: ['shop.example cookie GCLB'],
  },
  {
    id: '22c no NEG',
    text: together(
      serviceAt(
        'a',
        { 'cloud.google.com/backend-config': '{"default":"k"}' },
        '[{port: 80}]',
        ', type: NodePort',
      ),
      ingress('w', { 'kubernetes.io/ingress.class': 'gce' }, [['/', 'a']], 'shop.example', { cls: '' }),
      `
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: k, namespace: shop}
spec: {sessionAffinity: {affinityType: GENERATED_COOKIE}}
`,
    ),
    ways: ['shop.example/ unknown'],
  },
  {
    id: '11d a cookie for a port that the Service does not have never ends',
    text: together(
      istioGateway,
      serviceAt('a'),
      virtualService([{ route: [{ destination: { host: 'a' } }] }]),
      destinationRule('a', {
        portLevelSettings: [
          {
            port: { number: 443 },
            loadBalancer: { consistentHash: { httpCookie: { name: 's', ttl: '5m' } } },
          },
        ],
      }),
    ),
    want: ['ISTIO-PORT-UNKNOWN'],
    not: ['ISTIO-COOKIE'],
  },
  {
    id: '12d nothing is said of the time of a session that nobody makes',
    text: together(
      gatewayClass('istio.io/gateway-controller'),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a', { sessionName: 's', absoluteTimeout: '1h' })]),
    ),
    want: ['GWAPI-IGNORED'],
    not: ['GWAPI-TIMEOUT-IGNORED'],
  },
  {
    id: '14d ttl and path are one thing to do',
    text: together(
      gatewayClass(envoyGateway),
      gateway(),
      serviceAt('a'),
      route('r', [rule('/', 'a')]),
      trafficPolicy({
        ...target('HTTPRoute', 'r'),
        loadBalancer: {
          type: 'ConsistentHash',
          consistentHash: { type: 'Cookie', cookie: { name: 's' } },
        },
      }),
    ),
    want: ['EG-NO-TTL [^|]*\\| add ttl: 0s[^|]*, and attributes: \\{Path: /\\}$'],
  },
  {
    id: '15d no SameSite of a cookie that hrw leaves out',
    text: together(
      serviceAt('a'),
      ingressRoute([
        {
          match: 'Host(`shop.example`)',
          services: [{ name: 'a', port: 80, strategy: 'hrw', ...sticky({ name: 's', sameSite: 'none' }) }],
        },
      ]),
    ),
    want: ['TRA-HASH-BEFORE-COOKIE'],
    not: ['TRA-SAMESITE'],
  },
  {
    id: '16d on which object the annotations belong',
    text: together(
      ingressClass('traefik.io/ingress-controller'),
      serviceAt('a'),
      ingress('w', { [`${ofTraefik}service.sticky.cookie`]: 'true' }, [['/', 'a']]),
    ),
    want: ['TRA-ANNOTATION-ON-INGRESS .*sticky.cookie: "true" on service/a$'],
  },
  {
    id: '16e on the Ingress what the Service says as well',
    text: together(
      ingressClass('traefik.io/ingress-controller'),
      serviceAt('a', { [`${ofTraefik}service.sticky.cookie`]: 'true' }),
      ingress('w', { [`${ofTraefik}service.sticky.cookie`]: 'true' }, [['/', 'a']]),
    ),
    not: ['TRA-ANNOTATION-ON-INGRESS'],
    ways: ['shop.example/ cookie ?'],
  },
  {
    id: '18d an element without a known key, and one with two',
    text: together(
      serviceAt('a'),
      httpProxy({
        virtualhost: { fqdn: 'shop.example' },
        routes: [
          {
            services: [{ name: 'a', port: 80 }],
            loadBalancerPolicy: {
              strategy: 'RequestHash',
              requestHashPolicies: [
                { queryParameterHashOptions: { prameterName: 'q' } },
                { hashSourceIP: true, headerHashOptions: { headerName: 'X-U' } },
              ],
            },
          },
        ],
      }),
    ),
    want: ['Policies\\[0\\].*write one of these$', 'Policies\\[1\\].*make an element for each of them$'],
  },
  {
    id: '19d what to write for a value that AWS refuses',
    text: together(
      ingressClass('ingress.k8s.aws/alb'),
      serviceAt('a'),
      ingress(
        'w',
        {
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'alb.ingress.kubernetes.io/target-group-attributes':
            'stickiness.enabled=true,stickiness.type=app_cookie,stickiness.lb_cookie.duration_seconds=0',
        },
        [['/', 'a']],
      ),
    ),
    want: ['AWS-BAD-VALUE .*duration_seconds=86400, and add stickiness.app_cookie.cookie_name=NAME'],
  },
  {
    id: '04d a VirtualServer with a cookie that is off, and one at the cluster IP',
    text: together(
      serviceAt('a'),
      serviceAt('b'),
      `
apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {name: v, namespace: shop}
spec:
  host: shop.example
  upstreams:
  - {name: a, service: a, port: 80, sessionCookie: {enable: false, name: srv_id}}
  - {name: b, service: b, port: 80, use-cluster-ip: true, sessionCookie: {enable: true, name: srv_id, path: /}}
  routes: [{path: /, action: {pass: a}}, {path: /b, action: {pass: b}}]
`,
    ),
    want: ['L7-ONE-ADDRESS upstream b goes to the cluster IP of service/b'],
    not: ['NGINC-NOT-ENABLED', 'upstream a'],
  },
]

test.each(variants)('$id', async ({ text, want = [], not = [], ways }) => {
  const { explanations, ways: found } = await explainedText(text)
  const said = explanations.flatMap(({ findings }) => findings)
  const texts = said.map(({ level, code, message }) => `${level} ${code} ${message}`)
  const mended = said.map(({ mend }, index) => [texts[index], ...mend].join(' | '))
  for (const one of want) expect(mended).toContainEqual(expect.stringMatching(one))
  for (const one of not) expect(texts).not.toContainEqual(expect.stringMatching(one))
  if (ways !== undefined) expect(found).toEqual(ways)
})
