import { expect, test } from 'vitest'
import { hintText } from '../../../src/cli/remedies.ts'
import { parse } from 'yaml'
import { missingPermission, probeRules, socketsRules } from '../../../src/probe/permissions.ts'

const words = 'jobs.batch is forbidden: User "u" cannot …'

test('a missing permission is told in the server’s words, with the Role', () => {
  const error = missingPermission(words, 'shop', undefined)
  expect(error.message).toMatch(/^jobs\.batch is forbidden/)
  expect(error.exitCode).toBe(1)
  expect(parse(error.hints.map(hintText).slice(2).join('\n'))).toStrictEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'kubectl-affinity-probe', namespace: 'shop' },
    rules: probeRules,
  })
})

test('with the rules that flags take', () => {
  const { hints } = missingPermission(words, 'shop', undefined, socketsRules)
  expect(parse(hints.map(hintText).slice(2).join('\n'))).toMatchObject({ rules: socketsRules })
})
