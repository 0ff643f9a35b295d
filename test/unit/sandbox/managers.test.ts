import { describe, expect, test } from 'vitest'
import { applied, managedAfterUpdate, type Manager } from '../../../src/sandbox/api/writing/managers.ts'
import type { Resource } from '../../../src/sandbox/objects/resource.ts'

const object = (spec: object, metadata: object = {}): Resource => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', uid: '1', resourceVersion: '1', ...metadata },
  spec,
})
const manager = (name: string, operation: 'Apply' | 'Update' = 'Apply'): Manager => ({
  name,
  operation,
  apiVersion: 'v1',
})

/** An object that somebody made by an ordinary write. */
function madeBy(name: string, spec: object): Resource {
  const made = object(spec)
  return {
    ...made,
    metadata: {
      ...made.metadata,
      managedFields: managedAfterUpdate(undefined, made, manager(name, 'Update')),
    },
  }
}

const ownersOf = ({ metadata }: Resource): Record<string, object> =>
  Object.fromEntries(
    (metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      fieldsV1,
    ]),
  )

describe('field managers', () => {
  test('what is applied belongs to who applied it', () => {
    const made = applied(undefined, object({ sessionAffinity: 'ClientIP' }), manager('gitops'), false)
    expect(ownersOf(made)).toStrictEqual({ 'gitops Apply': { 'f:spec': { 'f:sessionAffinity': {} } } })
  })

  test('another value of a field that somebody owns is a conflict, in the server’s words', () => {
    const before = applied(undefined, object({ sessionAffinity: 'ClientIP' }), manager('gitops'), false)
    expect(() =>
      applied(before, object({ sessionAffinity: 'None' }), manager('kubectl-affinity'), false),
    ).toThrow('Apply failed with 1 conflict: conflict with "gitops": .spec.sessionAffinity')
  })

  test('several conflicts are listed by manager', () => {
    const before = madeBy('kubectl-create', { sessionAffinity: 'ClientIP', type: 'ClusterIP' })
    expect(() =>
      applied(before, object({ sessionAffinity: 'None', type: 'NodePort' }), manager('other'), false),
    ).toThrow(
      /^Apply failed with 2 conflicts: conflicts with "kubectl-create" using v1 at \S+Z:\n- .spec.sessionAffinity\n- .spec.type$/,
    )
  })

  test('by force the field changes its owner', () => {
    const before = madeBy('kubectl-create', { sessionAffinity: 'ClientIP', type: 'ClusterIP' })
    const after = applied(before, object({ sessionAffinity: 'None' }), manager('mine'), true)
    expect(after['spec']).toStrictEqual({ sessionAffinity: 'None', type: 'ClusterIP' })
    expect(ownersOf(after)).toStrictEqual({
      'mine Apply': { 'f:spec': { 'f:sessionAffinity': {} } },
      'kubectl-create Update': { 'f:spec': { 'f:type': {} } },
    })
  })

  test('the same value is owned together', () => {
    const before = madeBy('kubectl-create', { sessionAffinity: 'ClientIP' })
    const after = applied(before, object({ sessionAffinity: 'ClientIP' }), manager('mine'), false)
    expect(Object.keys(ownersOf(after))).toStrictEqual(['mine Apply', 'kubectl-create Update'])
  })

  test('what is not applied any more is removed, unless somebody else owns it too', () => {
    const config = { clientIP: { timeoutSeconds: 5 } }
    const first = applied(
      undefined,
      object({ sessionAffinity: 'ClientIP', sessionAffinityConfig: config }),
      manager('mine'),
      false,
    )
    const second = applied(first, object({ sessionAffinity: 'ClientIP' }), manager('mine'), false)
    expect(second['spec']).toStrictEqual({ sessionAffinity: 'ClientIP' })
  })

  test('an ordinary write takes the fields that it changes', () => {
    const before = applied(
      undefined,
      object({ sessionAffinity: 'ClientIP', type: 'ClusterIP' }),
      manager('gitops'),
      false,
    )
    const after = { ...before, spec: { sessionAffinity: 'None', type: 'ClusterIP' } }
    const managedFields = managedAfterUpdate(before, after, manager('kubectl-patch', 'Update'))
    expect(ownersOf({ ...after, metadata: { ...after.metadata, managedFields } })).toStrictEqual({
      'gitops Apply': { 'f:spec': { 'f:type': {} } },
      'kubectl-patch Update': { 'f:spec': { 'f:sessionAffinity': {} } },
    })
  })
})
