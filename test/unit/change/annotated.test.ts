import { describe, expect, it } from 'vitest'
import { editOthers } from '../../../src/change/manifest/others.ts'
import type { CookieWish, Wish } from '../../../src/model/affinity/change.ts'
import { explainedText } from '../mechanisms/explained.ts'

const ingress = (controller: string, annotations: object = {}, services = ['web']): string => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: mine}
spec: {controller: ${controller}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: front
  namespace: shop
  annotations: ${JSON.stringify(annotations)}
spec:
  ingressClassName: mine
  rules: ${JSON.stringify(
    services.map((name) => ({
      host: 'shop.example',
      http: {
        paths: [
          { path: `/${name}`, pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } },
        ],
      },
    })),
  )}
`

const service = (name: string, annotations: object = {}, spec: object = {}): string => `---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: shop
  annotations: ${JSON.stringify(annotations)}
spec: ${JSON.stringify({ selector: { app: name }, ports: [{ port: 80 }], ...spec })}
`

const cookie = (name = 'route', parts: Partial<CookieWish> = {}): Wish => ({ kind: 'cookie', name, ...parts })

function enabled(text: string, by: Wish, named?: string): Record<string, object> {
  const { objects } = editOthers([{ name: 'x.yaml', text, named: true }], {
    request: { verb: 'enable', by },
    with: named,
  })
  const all = objects as { kind: string; metadata: { name: string; annotations: object } }[]
  return Object.fromEntries(
    all.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.annotations]),
  )
}

const haproxy = 'haproxy.org/ingress-controller/any'
const community = 'haproxy-ingress.github.io/controller'
const alb = 'ingress.k8s.aws/alb'
const f5 = 'nginx.org/ingress-controller'
const agic = 'azure/application-gateway'

describe('annotations of other controllers', () => {
  it.each([
    [
      'lasts',
      ingress(haproxy) + service('web'),
      cookie('route', { ttlSeconds: 60 }),
      /as long as the browser/,
    ],
    ['a path', ingress(haproxy) + service('web'), cookie('route', { path: '/a' }), /has the path \//],
    ['no Service', ingress(haproxy), cookie(), /service\/web is not there/],
    [
      'two Services of HAProxy',
      ingress(haproxy, {}, ['web', 'api']) + service('web') + service('api'),
      cookie(),
      /web and api would get cookies of the same name/,
    ],
    ['two Services of HAProxy Ingress', ingress(community, {}, ['web', 'api']), cookie(), /same name/],
    ['SameSite=Lax', ingress(community), cookie('route', { sameSite: 'Lax' }), /no field for SameSite=Lax/],
    [
      'the cluster IP of HAProxy Ingress',
      ingress(community, { 'haproxy-ingress.github.io/service-upstream': 'true' }),
      cookie(),
      /sends to the cluster IP/,
    ],
    [
      'a cookie of the application',
      ingress(community, { 'haproxy-ingress.github.io/session-cookie-strategy': 'prefix' }),
      cookie(),
      /leaves the cookie to the application/,
    ],
    ['eight days at AWS', ingress(alb), cookie('AWSALB', { ttlSeconds: 691_200 }), /seven days at most/],
    ['a header at AWS', ingress(alb), { kind: 'header', name: 'X' } as const, /by cookies only/],
    [
      'what AWS cannot read',
      ingress(alb, { 'alb.ingress.kubernetes.io/target-group-attributes': 'slow_start' }),
      cookie('AWSALB'),
      /would not keep clients by it/,
    ],
    [
      'the cluster IP of F5',
      ingress(f5, { 'nginx.org/use-cluster-ip': 'true' }),
      cookie(),
      /sends to the cluster IP/,
    ],
    [
      'a master of F5',
      ingress(f5, { 'nginx.org/mergeable-ingress-type': 'master' }),
      cookie(),
      /none of its minions/,
    ],
    ['what F5 cannot read', ingress(f5), cookie('a$b'), /would refuse the Ingress/],
  ])('refuses %s', (_, text, by, message) => {
    expect(() => enabled(text, by)).toThrow(message)
  })

  it.each([
    ['a cookie', cookie(), {}, /by their address only/],
    [
      'TLS',
      { kind: 'source-ip' } as const,
      { 'service.beta.kubernetes.io/aws-load-balancer-ssl-cert': 'arn' },

      /ends TLS/,
    ],
  ])('of a Network Load Balancer refuse %s', (_, by, annotations, message) => {
    const nlb = { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb' }
    expect(() => enabled(service('web', annotations, nlb), by, 'aws')).toThrow(message)
  })

  it('of HAProxy move from the Ingress to its Service, one kind of cookies at a time', () => {
    const text =
      ingress(haproxy, { 'haproxy.org/cookie-persistence': 'old', 'haproxy.org/timeout-server': '9s' }) +
      service('web', { 'haproxy.com/cookie-persistence-no-dynamic': 'fixed' })
    expect(enabled(text, cookie())).toMatchObject({
      'Ingress front': { 'haproxy.org/timeout-server': '9s' },
      'Service web': { 'haproxy.org/cookie-persistence': 'route' },
    })
  })

  it('of HAProxy Ingress are changed on the Service that has some, as they count', () => {
    const text = ingress(community) + service('web', { 'ingress.kubernetes.io/affinity': 'cookie' })
    expect(enabled(text, cookie())['Service web']).toStrictEqual({
      'ingress.kubernetes.io/affinity': 'cookie',
      'haproxy-ingress.github.io/session-cookie-name': 'route',
    })
  })

  it('of F5 give each Service a cookie of its own, and keep what was said of it', () => {
    const key = 'nginx.org/sticky-cookie-services'
    const text = ingress(
      f5,
      { [key]: 'serviceName=api old expires=1h path=/api httponly;serviceName=else c' },
      ['web', 'api'],
    )
    expect(enabled(text, cookie('route', { secure: true }))['Ingress front']).toStrictEqual({
      [key]:
        'serviceName=web route path=/ secure;serviceName=api route-2 expires=1h path=/api secure httponly;serviceName=else c',
    })
  })

  it('of F5 leave that of NGINX Plus, for which open source NGINX refuses the Ingress', () => {
    const text = ingress(f5, { 'nginx.com/sticky-cookie-services': 'serviceName=web old' })
    expect(enabled(text, cookie())['Ingress front']).toStrictEqual({
      'nginx.org/sticky-cookie-services': 'serviceName=web route path=/',
    })
  })

  it('of AWS leave what is said of the cookie of the application', () => {
    const key = 'alb.ingress.kubernetes.io/target-group-attributes'
    const text = ingress(alb, {
      [key]:
        'stickiness.type=app_cookie,stickiness.app_cookie.cookie_name=SID,slow_start.duration_seconds=30',
    })
    expect(enabled(text, cookie('AWSALB'))['Ingress front']).toStrictEqual({
      [key]: 'slow_start.duration_seconds=30,stickiness.enabled=true,stickiness.type=lb_cookie',
    })
  })

  it('of Azure give the cookies of several Services names of their own', () => {
    const text = ingress(agic, {}, ['web', 'api'])
    expect(enabled(text, cookie('ApplicationGatewayAffinity'))['Ingress front']).toStrictEqual({
      'appgw.ingress.kubernetes.io/cookie-based-affinity': 'true',
      'appgw.ingress.kubernetes.io/cookie-based-affinity-distinct-name': 'true',
    })
  })
})

describe('what a finding advises', () => {
  it.each([
    ['AFF-HAP-COOKIE-ON-INGRESS', haproxy, { 'haproxy.org/cookie-persistence': 'route' }, cookie()],
    [
      'AFF-HAP-BOTH-COOKIES',
      haproxy,
      { 'haproxy.org/cookie-persistence': 'route', 'haproxy.org/cookie-persistence-no-dynamic': 'b' },
      cookie(),
    ],
    ['AFF-HAP-AFFINITY-VALUE', community, { 'haproxy-ingress.github.io/affinity': 'Cookie' }, cookie()],
    [
      'AFF-AWS-NOT-ENABLED',
      alb,
      { 'alb.ingress.kubernetes.io/target-group-attributes': 'stickiness.type=lb_cookie' },
      cookie('AWSALB'),
    ],
    [
      'AFF-AZURE-VALUE',
      agic,
      { 'appgw.ingress.kubernetes.io/cookie-based-affinity': 'cookie' },
      cookie('ApplicationGatewayAffinity'),
    ],
  ] as const)('mends %s', async (code, controller, annotations, by) => {
    const text = ingress(controller, annotations) + service('web')
    const codes = async (of: string): Promise<string> => (await explainedText(of)).faults.join(' ')
    expect(await codes(text)).toContain(code)
    const after = editOthers([{ name: 'x.yaml', text, named: true }], {
      request: { verb: 'enable', by },
      with: undefined,
    })
    expect(await codes(after.text)).not.toContain(code)
  })
})
