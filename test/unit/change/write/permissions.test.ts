import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { rulesFor } from '../../../../src/change/write/permissions.ts'
import { changeRules } from '../../../../src/change/write/problems.ts'
import { changes } from '../../../../src/mechanisms/changes.ts'
import { roleYaml } from '../../../../src/model/cluster/role.ts'

it('the page of enable and disable shows the Role that the command prints', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/changing.md'), 'utf8')
  expect(page).toContain(
    roleYaml({ name: 'kubectl-affinity-change', namespace: 'default', rules: changeRules }),
  )
})

it.each([
  [
    'virtualservices',
    ['destinationrules get list patch create delete', 'gateways get list', 'virtualservices get'],
  ],
  [
    'ingresses',
    [
      'backendconfigs get list patch create delete',
      'backendtrafficpolicies get list patch create delete',
      'gateways get list',
      'ingresses get patch',
      'kongupstreampolicies get list patch create delete',
      'services get list patch',
    ],
  ],
  [
    'httproutes',
    [
      'backendconfigpolicies get list patch create delete',
      'backendtrafficpolicies get list patch create delete',
      'backendtrafficpolicies get list patch create delete',
      'destinationrules get list patch create delete',
      'gateways get list',
      'gcpbackendpolicies get list patch create delete',
      'gcpsessionaffinityfilters get list',
      'gcpsessionaffinitypolicies get list patch create delete',
      'httproutes get patch',
      'kongupstreampolicies get list patch create delete',
      'routepolicies get list patch create delete',
      'services get list patch',
    ],
  ],
])('who changes %s is told what it takes', (resource, wanted) => {
  const able = changes.filter(({ targets }) => targets.some((type) => type.resource === resource))
  const target = able.flatMap(({ targets }) => targets).find((type) => type.resource === resource)!
  const said = rulesFor(target, able).flatMap(({ resources, verbs }) =>
    resources.map((name) => [name, ...verbs].join(' ')),
  )
  expect(said.toSorted()).toStrictEqual(wanted)
})

it('says nothing of types that the cluster does not serve', () => {
  const able = changes.filter(({ targets }) => targets.some(({ resource }) => resource === 'ingresses'))
  const [target] = able.flatMap(({ targets }) => targets).filter(({ resource }) => resource === 'ingresses')
  const said = rulesFor(target!, able, ({ isCustom }) => isCustom !== true)
  expect(said.flatMap(({ resources }) => resources).toSorted()).toStrictEqual(['ingresses', 'services'])
})
