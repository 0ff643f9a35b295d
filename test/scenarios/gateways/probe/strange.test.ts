import { beforeAll, expect } from 'vitest'
import { users } from '../../support/during.ts'
import {
  gatewayFollows,
  ingress,
  ingressPath,
  sessionApp,
  sets,
  stickyIngress,
} from '../../support/gateways.ts'
import { deployment, listensOn, manyHours, service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** Each pod has the Service answer whatever it is asked: any of the pods. */
const relay = `const http = require('http')
http.createServer((request, response) => {
  if (request.url === '/own') return response.end(require('os').hostname())
  http.get({ host: 'relay', path: '/own', agent: false }, (answer) => answer.pipe(response)).on('error', () => response.destroy())
}).listen(8080)`

describeOnce('a cookie of ingress-nginx that does not do what it looks like', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const host = (name: string): string => `${name}.${place.name}.lab`
  const sticky = (name: string, own: Readonly<Record<string, string>> = {}): object => {
    const { metadata, ...rest } = stickyIngress(name, host(name)) as { metadata: { annotations: object } }
    const more = Object.entries(own).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value])
    const annotations = { ...metadata.annotations, ...Object.fromEntries(more) }
    return { ...rest, metadata: { ...metadata, annotations } }
  }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      deployment('relay', 3, {
        name: 'server',
        image: site.images.node,
        command: ['node', '-e', relay],
        readinessProbe: listensOn(8080),
        ports: [{ containerPort: 8080 }],
      }),
      service('own', { of: 'shop' }),
      service('held', { of: 'shop', affinity: manyHours }),
      service('relay'),
      sticky('own', { 'session-cookie-name': 'JSESSIONID' }),
      sticky('held', { 'service-upstream': 'true' }),
      sticky('relay'),
    )
    const address = site.reachedAt('ingress-nginx')
    for (const name of ['held', 'relay']) await gatewayFollows({ address, host: host(name) }, sets('route'))
    await gatewayFollows(
      { address, host: host('own') },
      ({ cookies }) => cookies.filter((one) => one.startsWith('JSESSIONID=')).length === 2,
    )
  })

  scenario('the application has one of the same name, and the browser keeps the last', needs, async () => {
    // So many that some move, whatever chance does.
    const many = ['--sessions', String(users), '--rate', '10', '--requests', '12']
    const ended = await place.probe(['ingress/own', ...many, '-o', 'json'])
    expectExit(ended, 3)
    const { status } = surveyOf(ended)
    for (const { cookies = [] } of status.cells.slice(0, users))
      expect(cookies.find(({ name }) => name === 'JSESSIONID')?.setTwice).toBeGreaterThan(0)
    expect(status.users).toMatchObject([{ result: 'differs', control: 'spread' }])
    expect(status.breaks?.suspects.map(({ code }) => code)).toContain('AFF-L7-APPLICATION-COOKIE')
  })

  scenario('the Service behind it holds everybody, and no cookie is praised for it', needs, async () => {
    const ended = await place.probe(['ingress/held'])
    expectExit(ended, 4)
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '6 of 6 users stayed on their pod, and so did requests that keep nothing: something else holds them, and whether a cookie would is not shown',
    )
    expect(ended.stdout).toMatch(/^likely {2}AFF-NGX-SERVICE-UPSTREAM /m)
  })

  scenario('pods that hand requests on are told to be where it breaks', needs, async () => {
    const ended = await place.probe(['ingress/relay', '-o', 'json'])
    expectExit(ended, 3)
    const { breaks } = surveyOf(ended).status
    expect(breaks?.at).toBe('pods')
    const pods = breaks?.checked.at(-1)
    expect(pods?.stage).toBe('pods')
    expect(pods?.changed).toBeGreaterThan(10)
  })

  const both = [...needs, gateway('traefik')] as const
  scenario('another controller than the one that objects name gives it', both, async () => {
    const other = sticky('nginx', {})
    const { spec } = ingress('nginx', host('other'), {
      className: 'nginx',
      paths: [ingressPath('/', 'nginx')],
    }) as { spec: object }
    const { metadata, ...rest } = service('other', { of: 'shop' }) as { metadata: object }
    const key = 'traefik.ingress.kubernetes.io/service.sticky.cookie'
    await place.apply(
      { ...other, spec },
      service('nginx', { of: 'shop' }),
      { ...rest, metadata: { ...metadata, annotations: { [key]: 'true', [`${key}.name`]: 'route' } } },
      ingress('other', host('other'), { className: 'traefik', paths: [ingressPath('/', 'other')] }),
    )
    await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: host('other') }, sets('route'))
    const address = ['--address', site.gatewayAddress('ingress-nginx')]
    const ended = await place.probe(['ingress/other', ...address, '-o', 'json'])
    expectExit(ended, 0)
    expect(surveyOf(ended).status.strangers).toEqual([
      { kind: 'another-maker', entry: 0, cookie: 'route', maker: 'ingress-nginx', expected: 'Traefik' },
    ])
  })
})
