import { describe, expect, test } from 'vitest'
import type { Service } from '../../../../../src/model/cluster/kubernetes.ts'
import { checkChange } from '../../../../../src/probe/shadow/service/change.ts'

describe('what a Service can be', () => {
  const service = (spec: Service['spec']): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec,
  })

  test('what is so already is nothing to try, defaults included', () => {
    expect(() => checkChange(service({}), { sessionAffinity: 'None' })).toThrow(/already/)
    expect(() => checkChange(service({}), { internalTrafficPolicy: 'Cluster' })).toThrow(/already/)
    expect(() => checkChange(service({ sessionAffinity: 'ClientIP' }), { timeoutSeconds: 10_800 })).toThrow(
      /already/,
    )
    expect(() => checkChange(service({}), { timeoutSeconds: 10_800 })).not.toThrow()
  })
})
