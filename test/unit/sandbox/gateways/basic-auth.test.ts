import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { GatewayName } from '../../../../src/sandbox/choices.ts'
import { classOf, clusterWith, ingressObject, put, visit } from './support.ts'

const users = `anna:{SHA}${createHash('sha1').update('a:b').digest('base64')}\nbert:$apr1$x$y\n`
const nginx = { 'auth-type': 'basic', 'auth-secret': 'users' }
const annotated = (prefix: string, settings: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${prefix}/${key}`, value]))

test.each<[GatewayName, string, string, Record<string, string>]>([
  ['ingress-nginx', 'nginx', 'k8s.io/ingress-nginx', annotated('nginx.ingress.kubernetes.io', nginx)],
  [
    'traefik',
    'traefik',
    'traefik.io/ingress-controller',
    annotated('traefik.ingress.kubernetes.io', { 'router.middlewares': 'shop-who@kubernetescrd' }),
  ],
])('%s asks who somebody is, and lets in whom its Secret names', (gateway, name, controller, annotations) => {
  const store = clusterWith(gateway, 'web')
  classOf(store, name, controller)
  put(store, 'secrets', { metadata: { name: 'users' }, data: { auth: btoa(users) } })
  if (gateway === 'traefik')
    put(store, 'middlewares', { metadata: { name: 'who' }, spec: { basicAuth: { secret: 'users' } } })
  put(store, 'ingresses', ingressObject('shop', annotations, { '/': 'web' }, name))
  const go = visit(store, gateway)
  const saying = (text: string) => go({ headers: { authorization: `Basic ${btoa(text)}` } })
  expect(go()).toMatchObject({ status: 401, to: undefined })
  expect(saying('anna:a:b').to).toMatch(/^10\.0\.0\./)
  for (const wrong of ['anna:a', 'anna', 'bert:a:b', '', ':']) expect(saying(wrong).status, wrong).toBe(401)
})
