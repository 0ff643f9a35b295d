/** What the arguments of Traefik allow, and what a way says where they cannot be seen. */
import { expect, it } from 'vitest'
import { explainedText } from '../explained.ts'

const running = (...args: string[]): string => `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: traefik, labels: {app.kubernetes.io/name: traefik}}
spec: {template: {spec: {containers: [{name: traefik, image: traefik:v3.6.12, args: [${args.join(', ')}]}]}}}
`

const [crd, ingress] = ['--providers.kubernetescrd', '--providers.kubernetesIngress']

const route = (own: string, kind = 'IngressRoute', match = 'Host(`shop.example`)'): string => `
apiVersion: traefik.io/v1alpha1
kind: ${kind}
metadata: {name: shop}
spec: {routes: [{match: ${match}, ${own}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: away}
spec: {type: ExternalName, externalName: shop.other.example, ports: [{port: 80}]}
`

const sticky = 'sticky: {cookie: {name: sid}}'
const own = `services: [{name: web, port: 80, ${sticky}}]`
const foreign = `services: [{name: web, port: 80, ${sticky}}, {name: web, namespace: other, port: 80}]`
const middleware = `middlewares: [{name: gzip, namespace: other}], ${own}`
const external = `services: [{name: away, port: 80, ${sticky}}]`

const behind = `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  ingressClassName: traefik
  rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: NAME, port: {number: 80}}}}]}}]
`
const ingressTo = (name: string): string =>
  route(own).slice(route(own).indexOf('---')) + behind.replace('NAME', name)

const through = async (text: string): Promise<{ ends: string[]; notes: string[]; all: string[] }> => {
  const { explanations, all } = await explainedText(text)
  const ways = explanations.flatMap(({ paths }) => paths.filter(({ entry }) => entry.kind === 'host'))
  const notes = ways.flatMap(({ hops }) => hops.flatMap(({ note = '' }) => note))
  const ends = ways.flatMap(({ end, hops }) =>
    hops.map(({ role, policy }) => `${role} ${policy.kind} ${end}`),
  )
  return { ends: [...new Set(ends)], notes: [...new Set(notes)], all }
}

const refused = (what: string): RegExp => new RegExp(`^Traefik refuses it: .*${what}.* is off$`)

it.each([
  ['a Service', foreign],
  ['a Middleware', middleware],
])('%s of another namespace counts where Traefik allows it', async (_name, services) => {
  const off = await through(route(services) + running(crd))
  expect(off.notes[0]).toMatch(refused('allowCrossNamespace'))
  expect(off.ends).toContain('decides none pods')
  expect(off.ends).not.toContain('decides cookie pods')
  expect(off.all.join(' ')).toContain('AFF-TRA-CROSS-NAMESPACE')
  const on = await through(route(services) + running(crd, `${crd}.allowCrossNamespace`))
  expect(on.notes.join(' ')).not.toContain('allowCrossNamespace')
  expect(on.ends).toContain('decides cookie pods')
  expect(on.all.join(' ')).not.toContain('AFF-TRA-CROSS-NAMESPACE')
  const unseen = await through(route(services))
  expect(unseen.notes[0]).toContain('is of another namespace: with allowCrossNamespace only')
  expect(unseen.all.join(' ')).not.toContain('AFF-TRA-CROSS-NAMESPACE')
})

it('arguments say nothing of a Traefik that may have a file', async () => {
  const filed = running(crd).replace('args:', 'volumeMounts: [{name: own, mountPath: /etc/traefik}], args:')
  const { notes, all } = await through(route(foreign) + filed)
  expect(notes[0]).toContain('is of another namespace: with allowCrossNamespace only')
  expect(all.join(' ')).not.toContain('AFF-TRA-CROSS-NAMESPACE')
})

it.each([
  ['an IngressRoute', route(external), crd],
  ['an Ingress', ingressTo('away'), ingress],
])('a Service of type ExternalName behind %s leads out of the cluster', async (_name, text, provider) => {
  const off = await through(text + running(provider))
  expect(off.notes[0]).toMatch(refused('ExternalName'))
  const on = await through(text + running(provider, `${provider}.allowexternalnameservices=true`))
  expect(on.notes).toStrictEqual(['leads to shop.other.example by DNS'])
  for (const { ends } of [off, on]) expect(ends.join(' ')).toMatch(/^unknown \w+ elsewhere$/)
})

it.each([
  ['an IngressRoute', route(own), crd],
  ['an Ingress', ingressTo('web'), ingress],
])('nativeLBByDefault sends %s to the cluster IP', async (_name, text, provider) => {
  const off = await through(text + running(provider))
  expect(off.ends.join(' ')).toMatch(/^decides \w+ pods$/)
  const on = await through(text + running(provider, `${provider}.nativeLBByDefault=true`))
  expect(on.notes.join(' ')).toContain('its own addresses are the clients')
})

it('nativeLBByDefault makes a cookie one in vain, unless the service says otherwise', async () => {
  const by = running(crd, `${crd}.nativeLBByDefault=true`)
  const said = own.replace('port: 80', 'port: 80, nativeLB: false')
  expect((await through(route(own) + by)).all.join(' ')).toContain('AFF-TRA-ONE-SERVER')
  expect((await through(route(said) + by)).all.join(' ')).not.toContain('AFF-TRA-ONE-SERVER')
})

it('an IngressRouteTCP picks a pod for each connection, on nothing', async () => {
  const tcp = await through(route(own, 'IngressRouteTCP', 'HostSNI(`shop.example`)'))
  expect(tcp.ends).toStrictEqual(['decides none pods'])
})

const failover = (spec: string): string => `
---
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: split}
spec: {failover: ${spec}}
---
apiVersion: v1
kind: Service
metadata: {name: spare}
spec: {selector: {app: spare}, ports: [{port: 80}]}
`
const toSplit = route('services: [{name: split, kind: TraefikService}]')

it('a failover leads to both, and does not say on what clients stay', async () => {
  const { ends, notes } = await through(
    toSplit +
      failover(`{service: {name: web, port: 80, ${sticky}}, fallback: {name: spare, port: 80, ${sticky}}}`),
  )
  expect(ends).toStrictEqual(['decides unknown pods'])
  expect(notes).toStrictEqual([
    'while nothing of web is up its requests go to spare, which knows no cookie of it',
  ])
})

it('a failover without a fallback leads nowhere', async () => {
  expect((await through(toSplit + failover('{service: {name: web, port: 80}}'))).ends).toStrictEqual([])
})

it('a ServersTransport says how to speak to a pod, and nothing of which', async () => {
  const transport = `---
apiVersion: traefik.io/v1alpha1
kind: ServersTransport
metadata: {name: slow}
spec: {maxIdleConnsPerHost: -1, disableHTTP2: true, forwardingTimeouts: {idleConnTimeout: 1s}}
`
  const named = own.replace('port: 80', 'port: 80, serversTransport: slow')
  expect((await through(route(named) + transport)).ends).toStrictEqual((await through(route(own))).ends)
})
