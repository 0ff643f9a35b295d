/** What is written where the controller does not look for it. */
import { describe, expect, it } from 'vitest'
import { explainedText } from '../explained.ts'

const web = (annotations = {}): string => `
---
apiVersion: v1
kind: Service
metadata: {name: web, annotations: ${JSON.stringify(annotations)}}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const route = (className: string, policy: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec: {gatewayClassName: ${className}, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec: {parentRefs: [{name: gw}], hostnames: [shop.example], rules: [{backendRefs: [{name: web, port: 80}]}]}
---
${policy}${web()}`

const gke = (target: string): string =>
  route(
    'gke-l7-global-external-managed',
    `apiVersion: networking.gke.io/v1
kind: GCPBackendPolicy
metadata: {name: p}
spec: {default: {sessionAffinity: {type: GENERATED_COOKIE}}, targetRef: ${target}}`,
  )

const azure = (target: string): string =>
  route(
    'azure-alb-external',
    `apiVersion: alb.networking.azure.io/v1
kind: RoutePolicy
metadata: {name: p}
spec: {targetRef: ${target}, default: {sessionAffinity: {affinityType: managed-cookie}}}`,
  )

const toRoute = '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}'
const toService = '{group: "", kind: Service, name: web}'

const ingress = (className: string, annotations: object, ofService = {}): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: ${JSON.stringify(annotations)}}
spec:
  ingressClassName: ${className}
  rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
${web(ofService)}`

const alb = 'alb.ingress.kubernetes.io/'

describe('at the wrong place', () => {
  it.each([
    ['a GCPBackendPolicy for a route', gke(toRoute), gke(toService), 'AFF-L7-MISPLACED'],
    ['a RoutePolicy for a Service', azure(toService), azure(toRoute), 'AFF-L7-MISPLACED'],
    [
      'an attribute of an ALB as an annotation of its own',
      ingress('alb', { [`${alb}stickiness.enabled`]: 'true' }),
      ingress('alb', {
        [`${alb}target-group-attributes`]: 'stickiness.enabled=true',
        [`${alb}target-type`]: 'ip',
      }),
      'AFF-L7-MISSPELT-ANNOTATION',
    ],
  ])('%s is a finding, and nothing sticks', async (_name, wrong, right, code) => {
    const found = await explainedText(wrong)
    expect(found.faults.join(' ')).toContain(code)
    expect(found.ways.join(' ')).toMatch(/ none/)
    const good = await explainedText(right)
    expect(good.faults.join(' ')).not.toContain(code)
    expect(good.ways.join(' ')).toMatch(/ cookie /)
  })
})

it('what a KongIngress says is not known', async () => {
  const { ways } = await explainedText(ingress('kong', {}, { 'konghq.com/override': 'sticky' }))
  expect(ways).toEqual(['shop.example/ unknown'])
})
