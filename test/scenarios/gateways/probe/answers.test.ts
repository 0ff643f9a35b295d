import { createHash } from 'node:crypto'
import { beforeAll, expect } from 'vitest'
import {
  gatewayFollows,
  ingress,
  ingressPath,
  sessionApp,
  sets,
  stickyIngress,
} from '../../support/gateways.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

describeOnce('answers of Traefik itself', () => {
  const place = usePlayground()
  const needs = [gateway('traefik')] as const
  const host = (name: string): string => `${name}.${place.name}.lab`

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    const { metadata, ...rest } = service('shop') as { metadata: object }
    const sticky = {
      'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
      'traefik.ingress.kubernetes.io/service.sticky.cookie.name': 'route',
    }
    const paths = [ingressPath('/', 'shop')]
    const users = `anna:{SHA}${createHash('sha1').update('secret').digest('base64')}`
    const middleware = `${place.name}-who@kubernetescrd`
    await place.deploy(
      sessionApp(site, 'shop'),
      { ...rest, metadata: { ...metadata, annotations: sticky } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'users' }, data: { users: btoa(users) } },
      {
        apiVersion: 'traefik.io/v1alpha1',
        kind: 'Middleware',
        metadata: { name: 'who' },
        spec: { basicAuth: { secret: 'users' } },
      },
      ingress('closed', host('closed'), {
        className: 'traefik',
        paths,
        annotations: { 'traefik.ingress.kubernetes.io/router.middlewares': middleware },
      }),
    )
    const address = site.reachedAt('traefik')
    await gatewayFollows({ address, host: host('closed') }, ({ status }) => status === 401)
  })

  scenario('a 401 is told for what it is, and who says who they are gets through', needs, async () => {
    const refused = await place.probe(['ingress/closed', '--requests', '5', '--sessions', '2'])
    expectExit(refused, 4)
    expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '15 answers 401 named no pod: who asks must say who they are; --header says it',
    )
    const password = btoa('anna:secret')
    const ended = await place.probe([
      'ingress/closed',
      '--header',
      `Authorization: Basic ${password}`,
      '-o',
      'json',
    ])
    expectExit(ended, 0)
    expect(surveyOf(ended).status.users).toMatchObject([
      {
        users: { sticky: 6 },
        control: 'spread',
        cause: { kind: 'cookie', cookies: expect.arrayContaining(['route']) },
      },
    ])
    expect(ended.stdout).not.toContain(password)
  })
})

describeOnce('answers of ingress-nginx itself', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const host = (): string => `shop.${place.name}.lab`

  scenario('a 503 is another thing than a 401: there is nobody to send to', needs, async () => {
    await place.deploy(sessionApp(site, 'shop'), service('shop'), stickyIngress('shop', host()))
    await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: host() }, sets('route'))
    const words = `kubectl -n ${place.name} scale deployment/shop --replicas=0`
    const ended = await place.probe(['ingress/shop', '--during', words, '--sessions', '2'])
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      / \d+ answers 503 named no pod: the proxy has no pod to send to/,
    )
  })
})
