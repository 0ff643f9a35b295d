import { describe, expect, it } from 'vitest'
import { applyWrites } from '../../../../src/change/write/apply.ts'
import { ApiError, type Cluster } from '../../../../src/cluster/index.ts'
import type { CallOptions, Patch } from '../../../../src/cluster/types.ts'
import type { FieldTree, RawObject, Write } from '../../../../src/model/affinity/change.ts'
import type { KubernetesObject } from '../../../../src/model/cluster/kubernetes.ts'
import type { ObjectType } from '../../../../src/model/cluster/object.ts'
import { merge } from '../../../../src/model/affinity/fields.ts'

const widgets: ObjectType = {
  group: 'example.org',
  versions: ['v1'],
  resource: 'widgets',
  kind: 'Widget',
  scope: 'namespaced',
  isCustom: true,
}

const widget = (name: string, annotations: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1', annotations },
})

const patch = (name: string, fields: FieldTree, annotations = {}): Write => ({
  how: 'patch',
  type: widgets,
  object: widget(name, annotations),
  fields,
})

const annotate = (value: string | null): FieldTree => ({
  metadata: { annotations: { 'x.org/sticky': value } },
})

/** An API server that answers as it is told, and what was sent to it. */
function server(refuse: (path: string, isDry: boolean) => boolean): { cluster: Cluster; sent: string[] } {
  const sent: string[] = []
  const note = (verb: string, path: string, isDry: boolean, body?: string): void => {
    sent.push([isDry ? 'try' : verb, path.split('/').at(-1), ...(body === undefined ? [] : [body])].join(' '))
    if (!refuse(path, isDry)) return
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 422,
      message: 'not so',
    } as const
    throw new ApiError(status, { verb, path })
  }
  const cluster = {
    patch: async (path: string, { body }: Patch, { query }: CallOptions): Promise<RawObject> => {
      const fields = body as { metadata: { annotations?: object; resourceVersion: string } }
      const { annotations, resourceVersion } = fields.metadata
      note('patch', path, query?.['dryRun'] === 'All', `${resourceVersion} ${JSON.stringify(annotations)}`)
      const object = widget(path.split('/').at(-1)!) as unknown as RawObject
      const changed = merge(object, { metadata: { annotations: (annotations ?? {}) as FieldTree } })
      return await Promise.resolve({
        ...changed,
        metadata: { ...(changed['metadata'] as object), resourceVersion: '2' },
      })
    },
    create: async (path: string, body: unknown, { query }: CallOptions): Promise<unknown> => {
      note('create', path, query?.['dryRun'] === 'All')
      return await Promise.resolve(body)
    },
    delete: async (path: string, { dryRun }: { dryRun: boolean }): Promise<void> => {
      note('delete', path, dryRun)
      await Promise.resolve()
    },
  } as unknown as Cluster
  return { cluster, sent }
}

const options = { dryRun: 'none', forceConflicts: false, signal: new AbortController().signal } as const

describe('the writes of a plan', () => {
  it('is one request where there is one, for the version that was read', async () => {
    const { cluster, sent } = server(() => false)
    await applyWrites(cluster, [patch('a', annotate('yes'))], options)
    expect(sent).toStrictEqual(['patch a 1 {"x.org/sticky":"yes"}'])
  })

  it('are all tried before the first is made', async () => {
    const { cluster, sent } = server((path, isDry) => isDry && path.endsWith('/b'))
    const writes = [patch('a', annotate('yes')), patch('b', annotate('yes'))]
    await expect(applyWrites(cluster, writes, options)).rejects.toThrow('not so')
    expect(sent.map((line) => line.slice(0, 5))).toStrictEqual(['try a', 'try b'])
  })

  it('are taken back when a later one fails, and that is said', async () => {
    const { cluster, sent } = server((path, isDry) => !isDry && path.endsWith('/c'))
    const made = widget('b')
    const writes: Write[] = [
      patch('a', annotate('yes'), { 'x.org/sticky': 'no' }),
      { how: 'create', type: widgets, object: made },
      patch('c', annotate('yes')),
    ]
    const failure: unknown = await applyWrites(cluster, writes, options).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      hints: ['what was changed before that was taken back: widget/a, widget/b'],
    })
    expect(sent.slice(3)).toStrictEqual([
      'patch a 1 {"x.org/sticky":"yes"}',
      'create widgets',
      'patch c 1 {"x.org/sticky":"yes"}',
      'patch a 2 {"x.org/sticky":"no"}',
      'delete b',
    ])
  })

  it('are not sent by a dry run of the client, which tells what they would make', async () => {
    const { cluster, sent } = server(() => false)
    const writes: Write[] = [
      patch('a', annotate(null), { 'x.org/sticky': 'yes', other: 'stays' }),
      { how: 'delete', type: widgets, object: widget('b') },
    ]
    const { objects } = await applyWrites(cluster, writes, { ...options, dryRun: 'client' })
    expect(sent).toStrictEqual([])
    expect(objects.map(({ name, after }) => [name, after?.['metadata']])).toMatchObject([
      ['widget/a', { annotations: { other: 'stays' } }],
      ['widget/b', undefined],
    ])
  })

  it('are not made over what a manager keeps', async () => {
    const { cluster, sent } = server(() => false)
    const managedFields = [
      {
        manager: 'argocd-controller',
        operation: 'Apply',
        fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:x.org/sticky': {} } } },
      },
    ]
    const object = widget('a')
    const kept = { ...object, metadata: { ...object.metadata, managedFields } }
    const write: Write = { how: 'patch', type: widgets, object: kept, fields: annotate('yes') }
    await expect(applyWrites(cluster, [write], options)).rejects.toThrow(
      'widget/a not changed, 1 conflict: conflict with "argocd-controller": .metadata.annotations.x.org/sticky',
    )
    expect(sent).toStrictEqual([])
  })
})
