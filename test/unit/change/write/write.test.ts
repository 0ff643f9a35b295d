import { describe, expect, it } from 'vitest'
import type { ChangeRequest, DryRun } from '../../../../src/model/affinity/change.ts'
import { writeChange } from '../../../../src/change/write/write.ts'
import { conflict, fakeCluster } from '../cluster.ts'
import { field, managed, serviceOf } from '../service.ts'

const ref = { namespace: 'shop', name: 'web' }

const options = (request: ChangeRequest, dryRun: DryRun = 'none', forceConflicts = false) => ({
  request,
  dryRun,
  forceConflicts,
  signal: new AbortController().signal,
})

const enable: ChangeRequest = { verb: 'enable', timeoutSeconds: 5 }

describe('a change', () => {
  it('declares the affinity and nothing else, for the version that was read', async () => {
    const { cluster, sent } = fakeCluster(serviceOf())
    await writeChange(cluster, ref, serviceOf(), options(enable))
    expect(sent).toStrictEqual([
      {
        path: '/api/v1/namespaces/shop/services/web',
        query: {},
        patch: {
          type: 'apply',
          fieldManager: 'kubectl-affinity',
          force: true,
          body: {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { ...ref, uid: 'u1', resourceVersion: '7' },
            spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
          },
        },
      },
    ])
  })

  it('does not claim a timeout that nobody asked for', async () => {
    const { cluster, sent } = fakeCluster(serviceOf())
    const done = await writeChange(cluster, ref, serviceOf(), options({ verb: 'enable' }))
    const [{ patch } = { patch: undefined }] = sent
    expect(patch?.body).toStrictEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...ref, uid: 'u1', resourceVersion: '7' },
      spec: { sessionAffinity: 'ClientIP' },
    })
    expect(done).toMatchObject({
      after: { kind: 'client-ip', timeoutSeconds: 10_800 },
      timeoutIsDefault: true,
    })
  })

  it('is not forced on fields that nobody else owns', async () => {
    const own = serviceOf({
      seconds: 9,
      managedFields: [managed('kubectl-affinity', 'Apply', field.affinity)],
    })
    const { cluster, sent } = fakeCluster(own)
    await writeChange(cluster, ref, own, options(enable))
    expect(sent[0]?.patch).toMatchObject({ force: false })
  })

  it.each<[string, ChangeRequest, number | undefined]>([
    ['enable with the same timeout', enable, 5],
    ['enable without one keeps any', { verb: 'enable' }, 77],
    ['disable', { verb: 'disable' }, undefined],
  ])('that is there already sends nothing: %s', async (_, request, seconds) => {
    const { cluster, sent } = fakeCluster(serviceOf({ seconds }))
    const done = await writeChange(cluster, ref, serviceOf({ seconds }), options(request))
    expect(done.kind).toBe('unchanged')
    expect(sent).toStrictEqual([])
  })

  it('that an admission webhook overrules is told as what it became', async () => {
    const { cluster } = fakeCluster(serviceOf())
    const stubborn = { ...cluster, patch: async () => await Promise.resolve(serviceOf({ seconds: 60 })) }
    const done = await writeChange(stubborn as typeof cluster, ref, serviceOf(), options(enable))
    expect(done.after).toStrictEqual({ kind: 'client-ip', timeoutSeconds: 60 })
    expect(done.warnings).toMatchObject([
      { message: expect.stringContaining('the API server stored a different value than requested') },
    ])
  })

  it('that somebody forestalled is judged again by what is there now', async () => {
    const { cluster, sent, change } = fakeCluster(serviceOf())
    change({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } } })
    const done = await writeChange(cluster, ref, serviceOf(), options(enable))
    expect(done).toMatchObject({
      kind: 'patched',
      before: { timeoutSeconds: 30 },
      after: { timeoutSeconds: 5 },
    })
    expect(sent).toHaveLength(2)
  })

  it('that is forestalled for ever ends with the words of the API server', async () => {
    const { cluster, sent } = fakeCluster(serviceOf(), () => conflict('the object has been modified'))
    await expect(writeChange(cluster, ref, serviceOf(), options(enable))).rejects.toThrow(
      /the object has been modified/,
    )
    expect(sent).toHaveLength(10)
  })

  it('that meets a conflict of managers is not tried again', async () => {
    const cause = {
      reason: 'FieldManagerConflict',
      message: 'conflict with "x"',
      field: '.spec.sessionAffinity',
    }
    const { cluster, sent } = fakeCluster(serviceOf(), () =>
      conflict('Apply failed with 1 conflict', [cause]),
    )
    await expect(writeChange(cluster, ref, serviceOf(), options(enable))).rejects.toThrow(
      /Apply failed with 1 conflict/,
    )
    expect(sent).toHaveLength(1)
  })

  it('over another manager needs to be told so, and says whose field it is', async () => {
    const kept = serviceOf({ managedFields: [managed('argocd-controller', 'Apply', field.affinity)] })
    const { cluster, sent } = fakeCluster(kept)
    await expect(writeChange(cluster, ref, kept, options(enable))).rejects.toThrow(
      'service/web not changed, 1 conflict: conflict with "argocd-controller": .spec.sessionAffinity',
    )
    expect(sent).toStrictEqual([])
    const done = await writeChange(cluster, ref, kept, options(enable, 'none', true))
    expect(done.warnings.map(({ message }) => message).join()).toMatch(/Argo CD/)
    expect(sent[0]?.patch).toMatchObject({ force: true })
  })

  it('by a client’s dry run sends nothing and tells the same', async () => {
    const { cluster, sent } = fakeCluster(serviceOf())
    const done = await writeChange(cluster, ref, serviceOf(), options(enable, 'client'))
    expect(sent).toStrictEqual([])
    expect(done.objects[0]?.after?.['spec']).toMatchObject({
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } },
    })
  })

  it('by a server’s dry run keeps nothing', async () => {
    const { cluster, sent, now } = fakeCluster(serviceOf())
    await writeChange(cluster, ref, serviceOf(), options(enable, 'server'))
    expect(sent[0]?.query).toStrictEqual({ dryRun: 'All' })
    expect(now()).toStrictEqual(serviceOf())
  })

  it('to None clears the timeout in a prediction, as the API server does', async () => {
    const on = serviceOf({ seconds: 30 })
    const done = await writeChange(fakeCluster(on).cluster, ref, on, options({ verb: 'disable' }, 'client'))
    expect(done.objects[0]?.after?.['spec']).not.toHaveProperty('sessionAffinityConfig')
    expect(done.before).toStrictEqual({ kind: 'client-ip', timeoutSeconds: 30 })
  })
})
