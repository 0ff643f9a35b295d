import { describe, expect, it } from 'vitest'
import { objectTypes, targetKinds } from '../../../src/mechanisms/index.ts'
import type { ObjectType } from '../../../src/model/cluster/object.ts'
import type { RoleRule } from '../../../src/model/cluster/role.ts'
import { ApiError } from '../../../src/cluster/index.ts'
import { UserError } from '../../../src/model/common/user-error.ts'
import { explainClusterRules, explainRules } from '../../../src/snapshot/permissions.ts'
import { withExplainRole } from '../../../src/snapshot/refusal.ts'
import { fakeCluster } from './fake-cluster.ts'

const allows = (rules: readonly RoleRule[], verb: string, { group, resource }: ObjectType): boolean =>
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

describe('what is refused', () => {
  const refused = new ApiError(
    {
      kind: 'Status',
      apiVersion: 'v1',
      code: 403,
      reason: 'Forbidden',
      message:
        'services "web" is forbidden: User "nobody" cannot get resource "services" in API group "" in the namespace "shop"',
    },
    { verb: 'GET', path: '/' },
  )
  const roleOf = async (apis: object | string): Promise<string> => {
    const { cluster } = fakeCluster({ '/apis': apis })
    const error = await withExplainRole(refused, { cluster, namespace: 'shop' })
    expect(error).toBeInstanceOf(UserError)
    return JSON.stringify((error as UserError).hints)
  }

  it('comes with a Role of the kinds that the server has', async () => {
    const role = await roleOf({
      groups: ['discovery.k8s.io', 'networking.istio.io'].map((name) => ({ name })),
    })
    expect(role).toContain('services')
    expect(role).toContain('networking.istio.io')
    expect(role).not.toContain('traefik.io')
  })

  it('comes with all of them where it does not say which', async () => {
    expect(await roleOf('forbidden')).toContain('traefik.io')
  })
})
