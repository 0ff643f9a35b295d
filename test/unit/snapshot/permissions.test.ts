import { describe, expect, it } from 'vitest'
import { objectTypes, targetKinds } from '../../../src/mechanisms/index.ts'
import type { ObjectType } from '../../../src/model/cluster/object.ts'
import type { Rule } from '../../../src/model/cluster/role.ts'
import { explainClusterRules, explainRules } from '../../../src/snapshot/permissions.ts'

const allows = (rules: readonly Rule[], verb: string, { group, resource }: ObjectType): boolean =>
  rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
  )

describe('the roles of explain', () => {
  it.each(targetKinds.map(({ type }) => type))('let a user name one of $resource', (type) => {
    expect(allows(type.scope === 'cluster' ? explainClusterRules : explainRules, 'get', type)).toBe(true)
  })

  it.each(objectTypes)('let $resource be listed', (type) => {
    const isWide = type.scope === 'cluster' || type.within === 'everywhere'
    expect(allows(isWide ? explainClusterRules : explainRules, 'list', type)).toBe(true)
  })
})
