import { expect, test } from 'vitest'
import { ApiError } from '../../../../src/cluster/answers/errors.ts'
import type { Cluster } from '../../../../src/cluster/index.ts'
import { hasNamespace } from '../../../../src/probe/run/cleanup.ts'

function answering(code: number, reason: string): Cluster {
  const status = { kind: 'Status', apiVersion: 'v1', code, reason, message: 'refused' } as const
  const refusal = new ApiError(status, { verb: 'GET', path: '/api/v1/namespaces/shop' })
  return { get: () => Promise.reject(refusal) } as unknown as Cluster
}

test('a namespace that the server does not have is not there; one that may not be read may be', async () => {
  expect(await hasNamespace(answering(404, 'NotFound'), 'shop')).toBe(false)
  expect(await hasNamespace(answering(403, 'Forbidden'), 'shop')).toBe(true)
  await expect(hasNamespace(answering(500, 'InternalError'), 'shop')).rejects.toThrow('refused')
})
