import { describe, expect, it } from 'vitest'
import { UserError } from '../../../../src/model/common/user-error.ts'
import { serviceKind } from '../../../../src/mechanisms/service/objects.ts'
import { anyKind, refuseSubdomain, type TargetKind } from '../../../../src/model/affinity/target.ts'
import { parseQuery, parseTarget } from '../../../../src/model/targets/parse.ts'

const service = anyKind(serviceKind)
const gate: TargetKind = {
  ...service,
  name: 'gate',
  label: 'Gate',
  words: ['gates'],
  refuseName: refuseSubdomain,
}
const asked = { verb: 'explain', kinds: [service, gate] } as const

describe('which targets are meant', () => {
  it.each([
    ['svc/web', ['service/web']],
    ['svc/web service/shop services/x', ['service/web', 'service/shop', 'service/x']],
    ['svc web shop', ['service/web', 'service/shop']],
    ['web shop web', ['service/web', 'service/shop']],
    ['SVC web', ['service/web']],
    ['services.v1./web', ['service/web']],
    ['gate/a.b web', ['gate/a.b', 'service/web']],
    ['gates one two', ['gate/one', 'gate/two']],
  ])('%s', (words, names) => {
    const query = parseQuery(words.split(' '), {}, asked)
    expect(
      query.kind === 'names' ? query.targets.map(({ kind, name }) => `${kind.name}/${name}`) : [],
    ).toEqual(names)
  })

  it('takes a label, all, or all namespaces', () => {
    expect(parseQuery([], { selector: 'app=web' }, asked)).toEqual({
      kind: 'list',
      of: service,
      allNamespaces: false,
      selector: 'app=web',
    })
    expect(parseQuery(['svc'], { all: true }, asked)).toEqual({
      kind: 'list',
      of: service,
      allNamespaces: false,
    })
    expect(parseQuery([], { allNamespaces: true }, asked)).toEqual({
      kind: 'list',
      of: service,
      allNamespaces: true,
    })
  })

  it.each([
    [[], {}],
    [['svc'], {}],
    [['svc', 'web/x'], {}],
    [['deployment/web'], {}],
    [['svc/Web'], {}],
    [['svc/a.b'], {}],
    [['gate/A'], {}],
    [['svc/'], {}],
    [['/web'], {}],
    [['svc/web/x'], {}],
    [['pod', 'web'], {}],
    [['Deployments.apps', 'web', 'shop'], {}],
    [['web,shop'], {}],
    [['web'], { selector: 'a=b' }],
    [['web'], { all: true }],
    [['web'], { allNamespaces: true }],
    [[], { all: true, selector: 'a=b' }],
  ])('refuses %j %j', (words, flags) => {
    expect(() => parseQuery(words, flags, asked)).toThrow(UserError)
  })
})

it('says what stands in the way of several names', () => {
  expect(() => parseQuery(['svc', 'web,shop'], {}, asked)).toThrow(
    expect.objectContaining({
      hints: ['several are written with blanks between them:  svc/web svc/shop'],
    }) as Error,
  )
  expect(() => parseQuery(['svc/'], {}, asked)).toThrow('must have a single resource and name, not "svc/"')
  // One word alone is a name, whatever it is.
  expect(parseQuery(['pod'], {}, asked)).toMatchObject({ targets: [{ name: 'pod' }] })
})

describe('one target', () => {
  it.each([['pod'], ['deploy'], ['StatefulSet']])('is no %s', (word) => {
    expect(() => parseTarget([word, 'web'], asked)).toThrow(`cannot explain a "${word}"`)
  })

  it('is of the kind that stands there, or of the first', () => {
    expect(parseTarget(['gate', 'a.b'], asked)).toEqual({ kind: gate, name: 'a.b' })
    expect(parseTarget(['web'], asked)).toEqual({ kind: service, name: 'web' })
  })

  it('of a kind that is not taken is refused with what is', () => {
    expect(() => parseTarget(['pod/x'], { ...asked, kinds: [service] })).toThrow(
      'cannot explain a "pod": only Services (svc/NAME) for now',
    )
    expect(() => parseTarget(['gats/x'], asked)).toThrow(
      expect.objectContaining({
        hints: ['did you mean gate/NAME?', 'what can be named, as TYPE/NAME:  svc, gate'],
      }) as Error,
    )
  })
})
