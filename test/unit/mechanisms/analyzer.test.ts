import { describe, expect, it } from 'vitest'
import { type FindingDraft, objectAnalyzer, type View } from '../../../src/mechanisms/analyzer.ts'
import { type Fact, known, unknown } from '../../../src/model/cluster/store.ts'
import type { LooseObject, ObjectType } from '../../../src/model/cluster/object.ts'

const ingresses: ObjectType<LooseObject> = {
  group: 'networking.k8s.io',
  versions: ['v1'],
  resource: 'ingresses',
  kind: 'Ingress',
  scope: 'namespaced',
}

const ingress = (name: string, annotations = {}): LooseObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop', annotations },
})

const ref = (name: string) => ({ kind: 'Ingress', group: 'networking.k8s.io', namespace: 'shop', name })

const view = (objects: readonly LooseObject[], all: Fact<readonly LooseObject[]> = known(objects)): View =>
  ({ objects: () => objects, store: { list: () => all } }) as unknown as View

const marked = objectAnalyzer({
  about: ingresses,
  codes: ['AFF-L7-MISPLACED'],
  applies: ({ metadata }) => 'mark' in (metadata.annotations ?? {}),
  analyse: (_object, _view, report) =>
    report('AFF-L7-MISPLACED', { message: 'm', why: 'w', field: 'metadata.annotations.mark' }),
})

function draftsOf(of: View): FindingDraft[] {
  const drafts: FindingDraft[] = []
  const report = (_code: string, draft: FindingDraft): void => void drafts.push(draft)
  const look = marked.begin(of)
  if (typeof look !== 'function') throw new Error('there is nothing to look at')
  look(Object.assign(report, { cannot: () => undefined }))
  return drafts
}

describe('an analyzer of single objects', () => {
  it('speaks about each object that it applies to, and where', () => {
    const drafts = draftsOf(view([ingress('a', { mark: '1' }), ingress('b'), ingress('c', { mark: '' })]))
    expect(drafts.map(({ objects, at, field }) => ({ objects, at, field }))).toEqual(
      ['a', 'c'].map((name) => ({
        objects: [ref(name)],
        at: { object: ref(name), field: 'metadata.annotations.mark' },
        field: undefined,
      })),
    )
  })

  it('has nothing to look at where there is no such object, or it applies to none', () => {
    expect(marked.begin(view([]))).toBeUndefined()
    expect(marked.begin(view([ingress('b')]))).toBeUndefined()
    expect(marked.begin(view([ingress('a', { mark: '1' })]))).toBeTypeOf('function')
  })

  it('cannot tell where such objects could not be read', () => {
    const why = { what: 'ingresses', reason: 'forbidden' } as const
    expect(marked.begin(view([], unknown(why)))).toEqual(why)
  })
})
