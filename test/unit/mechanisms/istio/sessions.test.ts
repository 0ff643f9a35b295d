/** Labels of Services that count where istiod is told so. */
import { describe, expect, it } from 'vitest'
import { explainedText } from '../explained.ts'

const front = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: ['*'], port: {number: 80, protocol: HTTP, name: http}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec: {gateways: [gw], hosts: [shop.example], http: [{route: [{destination: {host: web}}]}]}
`

const service = (labels: object): string => `apiVersion: v1
kind: Service
metadata: {name: web, labels: ${JSON.stringify(labels)}}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
`

const hash = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec: {host: web, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}}
`

const istiod = (container: object): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system, labels: {app: istiod, istio: pilot}}
spec: {template: {spec: {containers: [${JSON.stringify({ image: 'docker.io/istio/pilot:1.30.3', ...container })}]}}}
`

const variable = (value: string) => ({ env: [{ name: 'PILOT_ENABLE_PERSISTENT_SESSION_FILTER', value }] })
const on = istiod(variable('true'))
const cookie = { 'istio.io/persistent-session': 'route' }

async function said(...texts: string[]) {
  const { ways, explanations } = await explainedText([front, ...texts].join('---\n'))
  const findings = explanations.flatMap((one) => one.findings)
  return {
    ways,
    label: findings.filter(({ code }) => code === 'AFF-ISTIO-SESSION-LABEL').map(({ message }) => message),
  }
}

describe('a label for persistent sessions', () => {
  it('is the policy where istiod lets it count, before a hash', async () => {
    expect(await said(service(cookie), on)).toStrictEqual({ ways: ['shop.example cookie route'], label: [] })
    expect((await said(service(cookie), hash, on)).ways).toStrictEqual(['shop.example cookie route'])
    const header = { 'istio.io/persistent-session-header': 'x-session' }
    expect((await said(service(header), on)).ways).toStrictEqual(['shop.example header x-session'])
  })

  it.each([
    ['says nothing of it', {}],
    ['says no', variable('false')],
  ])('has no effect where istiod %s', async (_, container) => {
    expect(await said(service(cookie), istiod(container))).toStrictEqual({
      ways: ['shop.example none'],
      label: [
        'istio.io/persistent-session has no effect: istiod runs without PILOT_ENABLE_PERSISTENT_SESSION_FILTER=true',
      ],
    })
  })

  it.each([
    ['istiod is not seen', []],
    ['its variables come from elsewhere', [istiod({ envFrom: [{ configMapRef: { name: 'x' } }] })]],
    ['two do not agree', [on, istiod({}).replace('name: istiod', 'name: istiod-old')]],
  ])('may count where %s', async (_, programs) => {
    const { ways, label } = await said(service(cookie), ...programs)
    expect(ways).toStrictEqual(['shop.example unknown'])
    expect(label).toStrictEqual([
      'istio.io/persistent-session counts only where istiod runs with PILOT_ENABLE_PERSISTENT_SESSION_FILTER=true',
    ])
    // A hash is there in any case.
    expect((await said(service(cookie), hash, ...programs)).ways).toStrictEqual([
      'shop.example header x-user',
    ])
  })

  it('is nothing to a Service without one', async () => {
    expect(await said(service({}), on)).toStrictEqual({ ways: ['shop.example none'], label: [] })
  })
})

describe('a label for persistent sessions at pods', () => {
  const workload = (metadata: object): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: ${JSON.stringify(metadata)}, spec: {containers: [{name: web, image: web}]}}}
`
  const told = async (...texts: string[]) => {
    const { explanations } = await explainedText([front, ...texts].join('---\n'))
    const all = explanations.flatMap(({ findings }) => findings)
    return all.filter(({ code }) => code === 'AFF-L7-MISPLACED').map(({ message }) => message)
  }
  const at = (of: string): string[] => [
    `nobody reads the ${of} istio.io/persistent-session of deployment/web: it belongs among the labels of the Service`,
  ]

  it('has no effect, as a label or as an annotation', async () => {
    expect(await told(service({}), workload({ labels: { app: 'web', ...cookie } }), on)).toEqual(at('label'))
    expect(await told(service({}), workload({ labels: { app: 'web' }, annotations: cookie }))).toEqual(
      at('annotation'),
    )
  })

  it('is not spoken of where the Service has it, too, or other pods do', async () => {
    expect(await told(service(cookie), workload({ labels: { app: 'web', ...cookie } }), on)).toEqual([])
    expect(await told(service({}), workload({ labels: { app: 'else', ...cookie } }), on)).toEqual([])
    expect(await told(service({}), workload({ labels: { app: 'web' } }), on)).toEqual([])
  })
})
