import { describe, expect, it } from 'vitest'
import { sceneOf } from '../../../src/analysis/store.ts'
import { objectTypes } from '../../../src/mechanisms/index.ts'
import { known } from '../../../src/model/cluster/store.ts'
import {
  type LooseObject,
  type ObjectType,
  keyOf,
  refOf,
  resourceName,
} from '../../../src/model/cluster/object.ts'
import { Collector } from '../../../src/snapshot/collect.ts'
import { snapshotOfFiles } from '../../../src/snapshot/files/snapshot.ts'
import { service } from '../analysis/build.ts'
import { fakeCluster } from './fake-cluster.ts'

const namespaces = ['shop', 'blog']
const named = { namespace: 'shop', name: 'web' }

const nameOf = ({ only = 'one' }: ObjectType): string => only

/** One object of a type for each namespace where there may be one. */
function objectsOf(type: ObjectType): LooseObject[] {
  const { group, versions, kind, scope } = type
  const places = scope === 'cluster' ? [undefined] : namespaces
  return places.map((namespace) => ({
    apiVersion: group === '' ? versions[0] : `${group}/${versions[0]}`,
    kind,
    metadata: {
      name: nameOf(type),
      labels: { app: 'web' },
      annotations: { 'nginx.ingress.kubernetes.io/upstream-hash-by': '$remote_addr' },
      ...(namespace === undefined ? {} : { namespace }),
    },
    // It has what others are read for.
    spec: { marker: kind, service: 'web', sessionPersistence: {}, useSourceIp: true },
  }))
}

/** The paths under which a cluster lists them. */
function listsOf(type: ObjectType): [string, { items: object[] }][] {
  const { group, versions, resource, scope } = type
  const api = group === '' ? `/api/${versions[0]}` : `/apis/${group}/${versions[0]}`
  // Of some types one object matters to each asker.
  const all = objectTypes.filter((one) => resourceName(one) === resourceName(type)).flatMap(objectsOf)
  const items = [...new Map(all.map((one) => [keyOf(refOf(one)), one])).values()]
  const whole: [string, { items: object[] }] = [`${api}/${resource}`, { items }]
  if (scope === 'cluster') return [whole]
  return [
    whole,
    ...namespaces.map((namespace): [string, { items: object[] }] => [
      `${api}/namespaces/${namespace}/${resource}`,
      { items: items.filter(({ metadata }) => metadata.namespace === namespace) },
    ]),
  ]
}

const groups = [...new Set(objectTypes.map(({ group }) => group))].map((name) => ({
  name,
  preferredVersion: { version: 'v0' },
  versions: objectTypes.filter(({ group }) => group === name).map(({ versions: [version] }) => ({ version })),
}))

const fromCluster = async () => {
  const { cluster } = fakeCluster({
    '/apis': { groups },
    '/api/v1/namespaces/shop/services/web': service(),
    ...Object.fromEntries(objectTypes.flatMap((type) => listsOf(type))),
  })
  return sceneOf(await new Collector(cluster).collect([named])).store
}

const fromFiles = () => {
  const objects = [service(), ...objectTypes.flatMap((type) => objectsOf(type))]
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n')
  return sceneOf(snapshotOfFiles([{ name: 'all.yaml', text, named: true }], 'default').snapshot).store
}

describe.each(objectTypes)('$resource of "$group"', (type) => {
  it('are the same from a cluster as from files', async () => {
    const [cluster, files] = [await fromCluster(), fromFiles()]
    const [own] = objectsOf(type)
    for (const store of [cluster, files])
      expect(store.get(type, { ...named, name: nameOf(type) })).toEqual(own)
  })

  it('are looked for in other namespaces where they matter there', async () => {
    const store = await fromCluster()
    const isWide = type.scope === 'cluster' || type.within === 'everywhere'
    const wanted = objectsOf(type).slice(0, isWide ? undefined : 1)
    expect(store.list(type)).toEqual(known(wanted))
  })
})
