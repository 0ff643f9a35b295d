import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { execRules, missingPermission, probeRole, probeRules } from '../../../src/probe/permissions.ts'

test('the Role is YAML that holds the rules', () => {
  expect(parse(probeRole('shop'))).toStrictEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'kubectl-affinity-probe', namespace: 'shop' },
    rules: probeRules,
  })
})

test('a missing permission is told in the server’s words, with the Role', () => {
  const error = missingPermission('jobs.batch is forbidden: User "u" cannot …', 'shop', undefined)
  expect(error.message).toMatch(/^jobs\.batch is forbidden/)
  expect(error.exitCode).toBe(1)
  expect(parse(error.hints.slice(2).join('\n'))).toMatchObject({ kind: 'Role' })
})

test('the page about recognising pods shows what exec needs', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/recognising.md'), 'utf8')
  expect(parse(/```yaml\n([^`]+)```/.exec(page)?.[1] ?? '')).toStrictEqual(execRules)
})
