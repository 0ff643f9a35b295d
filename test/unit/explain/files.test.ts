import { describe, expect, it } from 'vitest'
import { analyseService, type Explanation } from '../../../src/analysis/analyse.ts'
import { explainFiles, type ExplainStep } from '../../../src/snapshot/explanations.ts'
import { createRenderer } from '../../../src/report/explain/render.ts'
import { createStyle } from '../../../src/report/terminal.ts'
import { snapshotOfFiles } from '../../../src/snapshot/files/snapshot.ts'

const service = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80}]
  sessionAffinity: ClientIP
`
const ingressOf = (spec: string): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
${spec}`
const path = (host: string, at: string): string =>
  `  - host: ${host}\n    http: {paths: [{path: ${at}, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}\n`
const nginxClass = `---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
spec: {controller: k8s.io/ingress-nginx}
`

function explain(text: string): Explanation {
  const { snapshot } = snapshotOfFiles([{ name: 'shop.yaml', text, named: true }], 'default')
  return analyseService(snapshot, snapshot.services[0]!)
}

/** `CODE line` of each finding, and what could not be told. */
function said(text: string): { found: string[]; open: string[]; entries: string[] } {
  const { findings, notPossible, paths } = explain(text)
  return {
    found: findings.map(({ code, position }) => `${code} ${position?.line}`),
    open: notPossible.flatMap(({ codes }) => codes),
    entries: paths.map(({ entry: { address }, hops }) => `${address} ${hops.map(({ role }) => role).join()}`),
  }
}

describe('explain -f', () => {
  it('passes nothing that only a cluster could tell', () => {
    const { passed, notPossible } = explain(service)
    const open = notPossible.flatMap(({ codes }) => codes)
    expect(open).toEqual(
      expect.arrayContaining(['AFF-SVC-NO-ENDPOINTS', 'AFF-SVC-ONE-ENDPOINT', 'AFF-MESH-BYPASSES-SERVICE']),
    )
    expect(passed.filter((code) => open.includes(code))).toEqual([])
  })

  it('cannot tell about nodes where slices name none', () => {
    const local = service.replace(
      'selector: {app: web}',
      'type: NodePort\n  internalTrafficPolicy: Local\n  externalTrafficPolicy: Local',
    )
    const slice = `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{port: 80}]
endpoints: [{addresses: [192.0.2.1]}]
`
    const { open, found } = said(local + slice)
    expect(open).toContain('AFF-SVC-LOCAL-TRAFFIC')
    // That it is so needs no nodes.
    expect(found.join()).toContain('AFF-SVC-INTERNAL-LOCAL')
  })

  it('shows every host and path, and points at the object that a finding is about', () => {
    const text = `${service}${nginxClass}${ingressOf(
      `  ingressClassName: nginx\n  rules:\n${path('a.example', '/x')}${path('b.example', '/y')}`,
    )}`
    const { found, entries } = said(text)
    expect(entries).toEqual(expect.arrayContaining(['a.example/x decides', 'b.example/y decides']))
    const line = text.split('\n').indexOf('kind: Ingress')
    expect(found).toContain(`AFF-ING-BYPASSES-SERVICE ${line}`)
  })

  it('points at the rule of a route that is to blame', () => {
    const route = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{name: gw}]
  rules:
  - backendRefs: [{name: web, port: 80}]
  - sessionPersistence: {sessionName: x}
    backendRefs: [{name: web, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: shop}
spec: {gatewayClassName: eg, listeners: [{name: web, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
`
    const lines = `${service}${route}`.split('\n')
    expect(said(`${service}${route}`).found).toContain(
      `AFF-ROUTE-AFFINITY-CONFLICT ${lines.findIndex((line) => line.includes('sessionPersistence')) + 1}`,
    )
  })

  it('knows no session of a route whose requests a DestinationRule hashes', () => {
    const route = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: shop}
spec: {gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: x, path: /, ttl: 0s}}}}}
`
    const codes = said(`${service}${route}`).found.map((one) => one.split(' ')[0])
    expect(codes).toContain('AFF-ROUTE-BYPASSES-SERVICE')
    expect(codes).not.toContain('AFF-ROUTE-AFFINITY-CONFLICT')
  })

  it('takes the default class for an Ingress that names none', () => {
    const front = ingressOf(`  rules:\n${path('a.example', '/x')}`)
    expect(said(service + nginxClass + front).entries).toContain('a.example/x decides')
    const unmarked = nginxClass.replace('"true"', '"false"')
    const { entries, open } = said(service + unmarked + front)
    expect(entries).toContain('a.example/x unknown')
    expect(open).toEqual(expect.arrayContaining(['AFF-ING-BYPASSES-SERVICE', 'AFF-ING-HIDES-CLIENTS']))
  })

  it('knows neither whether clients stay nor where they go behind what cannot be seen', () => {
    const route = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: 80}]}]}
`
    const { found, open, entries } = said(service + route)
    expect(entries).toContain('* unknown')
    expect(found.join()).not.toContain('BYPASSES')
    expect(open).toEqual(expect.arrayContaining(['AFF-ROUTE-BYPASSES-SERVICE', 'AFF-ING-HIDES-CLIENTS']))
  })

  it("finds Traefik's nativeLB, which hides the clients", () => {
    const route = `---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: front, namespace: shop}
spec:
  routes:
  - match: Host(\`shop.example\`)
    services: [{name: web, port: 80, nativeLB: true}]
`
    const { found, entries } = said(service + route)
    expect(found.map((line) => line.split(' ')[0])).toContain('AFF-ING-HIDES-CLIENTS')
    expect(entries).toContain('Host(`shop.example`) picks,decides')
  })

  const stepsOf = async (text: string): Promise<ExplainStep[]> => {
    const stdin = (async function* () {
      yield await Promise.resolve(text)
    })()
    return await Array.fromAsync(explainFiles(['-'], { recursive: false, namespace: 'default', stdin }))
  }

  it('explains an Ingress whose Service is not in the files by itself', async () => {
    const steps = await stepsOf(ingressOf(`  rules:\n${path('a.example', '/x')}`))
    const [, second] = steps
    expect(steps).toHaveLength(2)
    expect(second).toMatchObject({
      kind: 'explanation',
      explanation: {
        target: { kind: 'ingress', namespace: 'shop', name: 'front' },
        paths: [{ entry: { address: 'a.example/x' } }],
      },
    })
  })

  it('does not multiply ways by objects that stand there twice', () => {
    const one = [service, ingressOf(`  rules:\n${path('a.example', '/x')}`)].join('---\n')
    const { paths } = explain(one)
    expect(explain(`${one}---\n${one}`).paths).toEqual(paths)
  })

  /** `TARGET CODE line` of all that is found, in the order in which it is said. */
  const foundIn = async (text: string): Promise<string[]> =>
    (await stepsOf(text)).flatMap((step) =>
      step.kind === 'explanation'
        ? step.explanation.findings.map(
            ({ code, position }) => `${step.explanation.target.name} ${code} ${position?.line}`,
          )
        : [],
    )

  it('looks at each of several objects of one name where it stands', async () => {
    const headless = service.replace('spec:', 'spec:\n  clusterIP: None')
    const text = `${service}---\n${headless}---\n${headless.replace('shop', 'other')}---\n${service}`
    expect(await foundIn(text)).toEqual([
      'web AFF-SVC-TIMEOUT-DEFAULT 7',
      'web AFF-SVC-HEADLESS 13',
      'web AFF-SVC-HEADLESS 22',
      'web AFF-SVC-TIMEOUT-DEFAULT 33',
    ])
  })

  it('draws the ways of each of them by what it says itself', async () => {
    const headless = service.replace('spec:', 'spec:\n  clusterIP: None')
    const steps = await stepsOf(`${headless}---\n${service}`)
    expect(
      steps.flatMap((step) =>
        step.kind === 'explanation' ? step.explanation.paths.map(({ hops }) => hops.at(-1)?.role) : [],
      ),
    ).toEqual(['no-effect', 'decides'])
  })

  it('takes the last slice of one name, as applying both does', async () => {
    const byHand = service.replace('selector: {app: web}', '')
    const slice = (addresses: string): string => `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{port: 80}]
endpoints: [{addresses: [${addresses}]}, {addresses: [192.0.2.9]}]
`
    const text = byHand + slice('192.0.2.1') + slice('192.0.2.1, 192.0.2.2')
    expect((await foundIn(text)).filter((one) => one.includes('-EPS-'))).toEqual([
      'web AFF-EPS-SEVERAL-ADDRESSES 21',
    ])
  })

  it('explains an Ingress that a later one replaces by itself', async () => {
    const front = (affinity: string): string =>
      ingressOf(`  ingressClassName: nginx\n  rules:\n${path('a.example', '/x')}`).replace(
        'namespace: shop}',
        `namespace: shop, annotations: {nginx.ingress.kubernetes.io/affinity: ${affinity}}}`,
      )
    const text = service + nginxClass + front('cookies') + front('cookie')
    const line = text.split('\n').findIndex((one) => one.includes('affinity: cookies')) + 1
    const found = await foundIn(text)
    expect(found.filter((one) => one.startsWith('front'))).toContain(`front AFF-NGX-VALUE-DROPPED ${line}`)
    expect(found.filter((one) => one.startsWith('web')).join()).not.toContain('AFF-NGX-VALUE-DROPPED')
  })

  it('counts what is wrong in a line once, however many Services it stands in the way of', async () => {
    const web = service.replace('  sessionAffinity: ClientIP\n', '')
    const rules = path('a.example', '/x') + path('b.example', '/x').replace('name: web', 'name: blog')
    const front = ingressOf(`  ingressClassName: nginx\n  rules:\n${rules}`).replace(
      'namespace: shop}',
      'namespace: shop, annotations: {nginx.ingress.kubernetes.io/affinity: cookies}}',
    )
    const text = `${web}---\n${web.replace('web', 'blog')}${nginxClass}${front}`
    const renderer = await createRenderer('text', {
      style: createStyle({ isTTY: false, env: {} }),
      width: 200,
      level: 'warning',
      findingsOnly: false,
      single: false,
      compact: false,
      isList: false,
      next: () => [],
    })
    const printed = (await stepsOf(text)).flatMap((step) =>
      step.kind === 'explanation' ? [renderer.item(step.explanation)] : [],
    )
    for (const one of printed) expect(one).toContain('AFF-NGX-VALUE-DROPPED')
    expect(renderer.end()).toBe('\n2 services, 1 finding (1 warning)\n')
  })

  it('has nothing to explain where nothing is a target, and says so', async () => {
    const steps = await stepsOf('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n')
    expect(steps.map((step) => (step.kind === 'failure' ? step.error : step.kind))).toEqual([
      'findings',
      expect.objectContaining({ message: 'nothing to explain in "-"', exitCode: 1 }),
    ])
  })
})
