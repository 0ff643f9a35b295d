import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { changeRules } from '../../../src/change/problems.ts'
import { roleYaml } from '../../../src/model/role.ts'

it('the page of enable and disable shows the Role that the command prints', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/changing.md'), 'utf8')
  expect(page).toContain(roleYaml('kubectl-affinity-change', 'default', changeRules))
})
