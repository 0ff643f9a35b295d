import { describe, expect, it } from 'vitest'
import { judgeOwners } from '../../../../src/change/owners/judge.ts'
import { keeperOf } from '../../../../src/change/owners/keepers.ts'
import type { ManagedObject } from '../../../../src/change/owners/managers.ts'
import { planChange } from '../../../../src/mechanisms/service/write.ts'
import type { Service } from '../../../../src/model/cluster/kubernetes.ts'
import type { ChangeRequest, FieldsWrite } from '../../../../src/model/affinity/change.ts'
import { field, managed, serviceOf } from '../service.ts'

/** The write of a request. */
function writeOf(service: Service, request: ChangeRequest): FieldsWrite {
  const [write] = planChange(service, request).writes
  if (write?.how !== 'apply') throw new Error('a Service is changed by one apply')
  return write
}

const enable: ChangeRequest = { verb: 'enable', timeoutSeconds: 60 }

/** The managers that stop a change of a Service with these managedFields. */
function stoppedBy(entries: ReturnType<typeof managed>[], request = enable, seconds?: number): string[] {
  const service = serviceOf({ seconds, managedFields: entries })
  const { conflicts } = judgeOwners(writeOf(service, request))
  return conflicts.flatMap(({ manager, fields }) => fields.map((name) => `${manager} ${name}`))
}

describe('owners of a field', () => {
  it.each([
    'kubectl-create',
    'kubectl-client-side-apply',
    'kubectl-edit',
    'kubectl',
    'before-first-apply',
    'helm',
    'Mozilla',
    'k9s',
  ])('that write once, by hand, are overruled: %s', (manager) => {
    expect(stoppedBy([managed(manager, 'Update', field.affinity)])).toStrictEqual([])
  })

  it.each([
    'argocd-controller',
    'kustomize-controller',
    'helm-controller',
    'my-operator',
    'Terraform',
    'kubectlx',
  ])('that keep an object in a state stop the change: %s', (manager) => {
    expect(stoppedBy([managed(manager, 'Update', field.affinity)])).toStrictEqual([
      `${manager} .spec.sessionAffinity`,
    ])
  })

  it('that declared it by server-side apply stop the change, whoever they are', () => {
    expect(stoppedBy([managed('kubectl', 'Apply', field.affinity)])).toStrictEqual([
      'kubectl .spec.sessionAffinity',
    ])
    expect(stoppedBy([managed('helm', 'Apply', field.affinity)])).toStrictEqual([
      'helm .spec.sessionAffinity',
    ])
  })

  it('count only for the fields that change', () => {
    const timeout = managed('argocd-controller', 'Apply', field.timeout)
    expect(stoppedBy([timeout], enable, 30)).toStrictEqual([
      'argocd-controller .spec.sessionAffinityConfig.clientIP.timeoutSeconds',
    ])
    expect(stoppedBy([timeout], { verb: 'disable' }, 30)).toStrictEqual([])
    expect(stoppedBy([managed('argocd-controller', 'Apply', field.affinity)], enable, 30)).toStrictEqual([])
    expect(stoppedBy([managed('argocd-controller', 'Apply', { 'f:ports': {} })])).toStrictEqual([])
  })

  it('are not this tool itself, nor writers of the status', () => {
    expect(stoppedBy([managed('kubectl-affinity', 'Apply', field.affinity)])).toStrictEqual([])
    expect(
      stoppedBy([{ ...managed('cloud-controller', 'Update', field.affinity), subresource: 'status' }]),
    ).toStrictEqual([])
  })

  it('make the write a forced one only where there are some, or none are recorded', () => {
    const takesOver = (entries: ReturnType<typeof managed>[]): boolean => {
      const service = serviceOf({ managedFields: entries })
      return judgeOwners(writeOf(service, enable)).takesOver
    }
    expect(takesOver([managed('kubectl-create', 'Update', field.affinity)])).toBe(true)
    expect(takesOver([managed('kubectl-affinity', 'Apply', field.affinity)])).toBe(false)
    expect(takesOver([])).toBe(true)
  })
})

describe('a manifest that was applied', () => {
  const warnings = (manifest: string | undefined, request: ChangeRequest, seconds?: number): string[] => {
    const service = serviceOf({
      seconds,
      annotations:
        manifest === undefined ? {} : { 'kubectl.kubernetes.io/last-applied-configuration': manifest },
    })
    return judgeOwners(writeOf(service, request)).warnings.map(({ message }) => message)
  }
  const spec = (value: object): string => JSON.stringify({ spec: value })

  it('takes a change back where it says otherwise', () => {
    expect(warnings(spec({ sessionAffinity: 'None' }), enable)).toStrictEqual([
      'the next kubectl apply of its manifest takes this back: it says sessionAffinity: None',
    ])
    const on = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } } }
    expect(warnings(spec(on), enable, 30)).toStrictEqual([
      'the next kubectl apply of its manifest takes this back: it says timeoutSeconds: 30',
    ])
    expect(warnings(spec(on), { verb: 'disable' }, 30)).toStrictEqual([
      'the next kubectl apply of its manifest takes this back: it says sessionAffinity: ClientIP',
    ])
  })

  it('leaves alone what it does not mention', () => {
    expect(warnings(spec({ ports: [] }), enable)).toStrictEqual([])
    expect(warnings(undefined, enable)).toStrictEqual([])
    expect(warnings('{broken', enable)).toStrictEqual([])
    expect(warnings('null', enable)).toStrictEqual([])
  })
})

describe('who keeps a Service as it is described elsewhere', () => {
  const keeper = (metadata: Partial<ManagedObject['metadata']>): string | undefined =>
    keeperOf({ metadata: { name: 'web', ...metadata } })?.name

  it.each<[string, Partial<ManagedObject['metadata']>, string | undefined]>([
    ['nobody', {}, undefined],
    [
      'Argo CD by its annotation',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:/Service:prod/web' } },
      'Argo CD application "shop"',
    ],
    [
      'Argo CD by its label beside its manager',
      {
        labels: { 'app.kubernetes.io/instance': 'shop' },
        managedFields: [managed('argocd-controller', 'Apply', {})],
      },
      'Argo CD application "shop"',
    ],
    ['a label that others use as well', { labels: { 'app.kubernetes.io/instance': 'shop' } }, undefined],
    [
      'Flux',
      {
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'apps',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
      },
      'Flux Kustomization "flux-system/apps"',
    ],
    [
      'Flux before Helm, which it drives',
      { labels: { 'helm.toolkit.fluxcd.io/name': 'shop', 'app.kubernetes.io/managed-by': 'Helm' } },
      'Flux HelmRelease "shop"',
    ],
    [
      'Helm',
      { annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'prod' } },
      'Helm release "shop"',
    ],
    ['Helm by its label alone', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, 'Helm'],
    [
      'an operator',
      {
        ownerReferences: [{ apiVersion: 'db.example/v1', kind: 'Database', name: 'main', controller: true }],
      },
      'the controller of database/main',
    ],
    [
      'an operator that says so by a label',
      {
        labels: { 'app.kubernetes.io/managed-by': 'strimzi-cluster-operator' },
        ownerReferences: [
          { apiVersion: 'kafka.strimzi.io/v1beta2', kind: 'Kafka', name: 'main', controller: false },
        ],
      },
      'the controller of kafka/main',
    ],
    [
      'an owner that controls nothing',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x' }] },
      undefined,
    ],
  ])('%s', (_, metadata, expected) => {
    expect(keeper(metadata)).toBe(expected)
  })
})
