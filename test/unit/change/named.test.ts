import { describe, expect, it } from 'vitest'
import { gkeChange } from '../../../src/mechanisms/gke/write.ts'
import { kongChange } from '../../../src/mechanisms/kong/write.ts'
import type { KubernetesObject } from '../../../src/model/cluster/kubernetes.ts'
import type { ChangeRequest, Wish } from '../../../src/model/affinity/change.ts'
import { objectOf } from '../mechanisms/objects.ts'
import { ask } from './asked.ts'

const web = (annotations = {}, name = 'web'): KubernetesObject =>
  objectOf('v1', 'Service', name, { ports: [{ port: 80 }] }, annotations)

const policy = (name: string, spec: object, labels = {}): KubernetesObject => {
  const found = objectOf('configuration.konghq.com/v1beta1', 'KongUpstreamPolicy', name, spec)
  return { ...found, metadata: { ...found.metadata, labels } }
}

const cookie: ChangeRequest = { verb: 'enable', by: { kind: 'cookie', name: 'route' } }
const disable: ChangeRequest = { verb: 'disable' }

describe('a policy that Services name', () => {
  it('is made where there is none, and goes with what named it', () => {
    const on = ask(kongChange, cookie, web())
    expect(on.writes).toStrictEqual(['create KongUpstreamPolicy web', 'patch Service web'])
    expect(on.plan.after).toMatchObject({ kind: 'cookie', name: 'route', path: '/' })
    expect(on.plan.writes[0]?.object).toMatchObject({
      spec: { algorithm: 'consistent-hashing', hashOn: { cookie: 'route', cookiePath: '/' } },
    })
    const [service] = on.left.filter(({ kind }) => kind === 'Service')
    const off = ask(kongChange, disable, service!, ...on.left.filter((one) => one !== service))
    expect(off.writes).toStrictEqual(['patch Service web', 'delete KongUpstreamPolicy web'])
    expect(off.left).toStrictEqual([web()])
  })

  it('of somebody else stays, and so does that of other Services', () => {
    const named = { 'konghq.com/upstream-policy': 'mine' }
    const sticky = { algorithm: 'consistent-hashing', hashOn: { input: 'ip' } }
    const theirs = ask(kongChange, disable, web(named), policy('mine', sticky))
    expect(theirs.writes).toStrictEqual(['patch KongUpstreamPolicy mine'])
    const label = { 'app.kubernetes.io/managed-by': 'kubectl-affinity' }
    const shared = ask(kongChange, disable, web(named), web(named, 'api'), policy('mine', sticky, label))
    expect(shared.writes).toStrictEqual(['patch KongUpstreamPolicy mine'])
  })

  it('that others name as well is said', () => {
    const named = { 'konghq.com/upstream-policy': 'mine' }
    const { plan } = ask(kongChange, cookie, web(named), web(named, 'api'), policy('mine', { slots: 10 }))
    expect(plan.notices).toMatchObject([{ message: 'service/api names the same KongUpstreamPolicy' }])
  })

  it.each([
    ['is not there', [web({ 'konghq.com/upstream-policy': 'mine' })], /which could not be seen/],
    ['is not named', [web(), policy('web', { slots: 10 })], /that service\/web does not name/],
    [
      'is at the cluster IP',
      [web({ 'ingress.kubernetes.io/service-upstream': 'true' })],
      /sends to the cluster IP/,
    ],
  ])('is refused where it %s', (_, all, message) => {
    expect(() => ask(kongChange, cookie, ...all)).toThrow(message)
  })

  it('keeps what a BackendConfig is for at single ports', () => {
    const key = 'cloud.google.com/backend-config'
    const by: Wish = { kind: 'cookie', name: 'GCLB', ttlSeconds: 60 }
    const { left } = ask(gkeChange, { verb: 'enable', by }, web({ [key]: '{"ports":{"443":"tls"}}' }))
    expect(left).toMatchObject([
      { metadata: { annotations: { [key]: '{"ports":{"443":"tls"},"default":"web"}' } } },
      { spec: { sessionAffinity: { affinityType: 'GENERATED_COOKIE', affinityCookieTtlSec: 60 } } },
    ])
  })

  it.each([
    ['a header', { kind: 'header', name: 'X' } as const, {}, /by its cookie or their address only/],
    ['three weeks', { kind: 'cookie', name: 'GCLB', ttlSeconds: 1_814_400 } as const, {}, /two weeks/],
    ['no JSON', { kind: 'source-ip' } as const, { 'cloud.google.com/backend-config': '{' }, /is no JSON/],
  ])('of Google is refused for %s', (_, by, annotations, message) => {
    expect(() => ask(gkeChange, { verb: 'enable', by }, web(annotations))).toThrow(message)
  })
})
