import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/model/user-error.ts'
import { parseServiceQuery } from '../../../src/snapshot/query.ts'

describe('which Services are meant', () => {
  it.each([
    ['svc/web', ['web']],
    ['svc/web service/shop services/x', ['web', 'shop', 'x']],
    ['svc web shop', ['web', 'shop']],
    ['web shop web', ['web', 'shop']],
    ['SVC web', ['web']],
  ])('%s', (words, names) => {
    expect(parseServiceQuery(words.split(' '), {}, 'explain')).toEqual({ kind: 'names', names })
  })

  it('takes a label, all, or all namespaces', () => {
    expect(parseServiceQuery([], { selector: 'app=web' }, 'explain')).toEqual({
      kind: 'list',
      allNamespaces: false,
      selector: 'app=web',
    })
    expect(parseServiceQuery(['svc'], { all: true }, 'explain')).toEqual({
      kind: 'list',
      allNamespaces: false,
    })
    expect(parseServiceQuery([], { allNamespaces: true }, 'explain')).toEqual({
      kind: 'list',
      allNamespaces: true,
    })
  })

  it.each([
    [[], {}],
    [['svc'], {}],
    [['svc', 'web/x'], {}],
    [['deployment/web'], {}],
    [['svc/Web'], {}],
    [['svc/'], {}],
    [['web'], { selector: 'a=b' }],
    [['web'], { all: true }],
    [['web'], { allNamespaces: true }],
    [[], { all: true, selector: 'a=b' }],
  ])('refuses %j %j', (words, flags) => {
    expect(() => parseServiceQuery(words, flags, 'explain')).toThrow(UserError)
  })
})
