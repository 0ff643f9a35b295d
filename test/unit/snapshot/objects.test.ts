import { describe, expect, it } from 'vitest'
import { known } from '../../../src/model/cluster/store.ts'
import { type LooseObject, type ObjectType, resourceName } from '../../../src/model/cluster/object.ts'
import { explainCluster } from '../../../src/snapshot/explanations.ts'
import { ObjectReader } from '../../../src/snapshot/cluster/objects.ts'
import { readGroups } from '../../../src/snapshot/cluster/groups.ts'
import { targetKinds } from '../../../src/mechanisms/index.ts'
import { parseQuery } from '../../../src/model/targets/parse.ts'
import { service } from '../analysis/build.ts'
import { fakeCluster } from './fake-cluster.ts'

const ingressesOf = (namespace: string) => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`

const ingress = (name: string, backend = 'web'): LooseObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop' },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      { host: `${name}.example`, http: { paths: [{ path: '/', backend: { service: { name: backend } } }] } },
    ],
  },
})

const reader = (answers: Parameters<typeof fakeCluster>[0]) => {
  const { cluster, asked } = fakeCluster(answers)
  return { reader: new ObjectReader(cluster, readGroups(cluster, undefined)), cluster, asked }
}

const widgets = (more: Partial<ObjectType> = {}): ObjectType => ({
  group: 'example.com',
  versions: ['v2', 'v1'],
  resource: 'widgets',
  kind: 'Widget',
  scope: 'namespaced',
  isCustom: true,
  ...more,
})

const served = (...versions: string[]) => ({
  groups: [
    {
      name: 'example.com',
      preferredVersion: { version: versions[0] ?? '' },
      versions: versions.map((version) => ({ version })),
    },
  ],
})

describe('objects of a namespace', () => {
  it('come by their types, and IngressClasses only where there is an Ingress', async () => {
    const classes = '/apis/networking.k8s.io/v1/ingressclasses'
    const without = reader({})
    const empty = await without.reader.read(['shop'])
    expect(empty.lists.get('ingresses.networking.k8s.io')).toEqual(known([]))
    expect(empty.lists.get('ingressclasses.networking.k8s.io')).toEqual(known([]))
    expect(without.asked).not.toContain(classes)
    const withOne = reader({ [ingressesOf('shop')]: { items: [ingress('a')] } })
    const { lists } = await withOne.reader.read(['shop'])
    expect(lists.get('ingresses.networking.k8s.io')).toMatchObject({ value: [{ metadata: { name: 'a' } }] })
    expect(withOne.asked).toContain(classes)
  })

  it('come without IngressClasses where no Ingress names the Service that is asked about', async () => {
    const classes = '/apis/networking.k8s.io/v1/ingressclasses'
    const named = { ...ingress('a'), spec: { defaultBackend: { service: { name: 'shop' } } } }
    const action = { ...ingress('a'), metadata: { name: 'a', annotations: { x: '{"serviceName":"shop"}' } } }
    const askedWith = async (object: object, service: string) => {
      const { reader: one, asked } = reader({ [ingressesOf('shop')]: { items: [object] } })
      await one.read(['shop'], new Set([service]))
      return asked
    }
    expect(await askedWith(named, 'shop')).toContain(classes)
    expect(await askedWith(action, 'shop')).toContain(classes)
    expect(await askedWith(named, 'other')).not.toContain(classes)
  })

  it('are read once, however often they are asked for', async () => {
    const { reader: one, asked } = reader({})
    await Promise.all([one.read(['shop']), one.read(['shop'])])
    expect(new Set(asked).size).toBe(asked.length)
  })

  it('say what may not be read', async () => {
    const { lists } = await reader({ [ingressesOf('shop')]: 'forbidden' }).reader.read(['shop'])
    expect(lists.get('ingresses.networking.k8s.io')).toMatchObject({
      known: false,
      why: { what: 'ingresses.networking.k8s.io', reason: 'forbidden' },
    })
  })
})

describe('a type of custom resource', () => {
  const api = (version: string) => `/apis/example.com/${version}/namespaces/shop/widgets`
  const select = (answers: Parameters<typeof fakeCluster>[0], type = widgets()) =>
    reader(answers).reader.select(type, 'shop', undefined)

  it('is read in the version that is wanted first and served', async () => {
    const found = await select({
      '/apis': served('v3', 'v1'),
      [api('v1')]: { items: [{ metadata: { name: 'a' } }] },
      [api('v3')]: { items: [{ metadata: { name: 'wrong' } }] },
    })
    expect(found).toEqual([{ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' } }])
  })

  it('is read in the next version where its group serves the first without it', async () => {
    const found = await select({
      '/apis': served('v2', 'v1'),
      [api('v2')]: 'missing',
      [api('v1')]: { items: [{ metadata: { name: 'a' } }] },
    })
    expect(found.map(({ apiVersion }) => apiVersion)).toEqual(['example.com/v1'])
  })

  it('is not asked for where the server said what it has, and where it does not answer it is', async () => {
    const version = (name: string, resource: string, freshness: string) => ({
      version: name,
      resources: [{ resource }],
      freshness,
    })
    const discovered = (freshness: string) => ({
      items: [
        {
          metadata: { name: 'example.com' },
          versions: [version('v2', 'gadgets', freshness), version('v1', 'widgets', freshness)],
        },
      ],
    })
    const lists = { [api('v2')]: 'missing', [api('v1')]: { items: [{ metadata: { name: 'a' } }] } }
    for (const [freshness, paths] of [
      ['Current', ['/apis', api('v1')]],
      ['Stale', ['/apis', api('v2'), api('v1')]],
    ] as const) {
      const { reader: one, asked } = reader({ '/apis': discovered(freshness), ...lists })
      expect(await one.select(widgets(), 'shop', undefined)).toHaveLength(1)
      expect(asked).toEqual(paths)
    }
  })

  it('is refused in words that kubectl has where the cluster does not serve it', async () => {
    const message = 'the server doesn\'t have a resource type "widgets.example.com"'
    await expect(select({})).rejects.toMatchObject({ message })
    await expect(reader({}).reader.get(widgets(), 'shop', 'a')).rejects.toMatchObject({ message })
  })

  it('is named when one object is not there', async () => {
    const missing = reader({ '/apis': served('v1'), [`${api('v1')}/a`]: 'missing' }).reader.get(
      widgets(),
      'shop',
      'a',
    )
    await expect(missing).rejects.toMatchObject({
      message: 'widgets.example.com "a" not found in namespace "shop"',
    })
  })
})

describe('a type that may not be read', () => {
  const known = targetKinds.slice(1).map(({ type }) => type)
  const type = known.find(({ isCustom }) => isCustom === true)!
  const version = type.versions[0]
  const api = `/apis/${type.group}/${version}`
  const answers = {
    '/apis': { groups: [{ name: type.group, versions: [{ version }] }] },
    [`${api}/namespaces/shop/${type.resource}`]: 'forbidden',
    [`${api}/${type.resource}`]: 'forbidden',
  }
  const listed = async (resources: string[]) => {
    const { reader: one } = reader({ ...answers, [api]: { resources: resources.map((name) => ({ name })) } })
    return await one.list(type, 'shop')
  }

  it('is unknown where the cluster serves it, and none where it does not', async () => {
    expect(await listed(['others', type.resource])).toMatchObject({
      known: false,
      why: { reason: 'forbidden' },
    })
    expect(await listed(['others'])).toEqual({ known: true, value: [] })
  })
})

describe('targets that are no Services', () => {
  const answers = {
    [`${ingressesOf('shop')}/a`]: ingress('a'),
    [`${ingressesOf('shop')}/nobody`]: 'missing',
    [ingressesOf('shop')]: { items: [ingress('a'), ingress('b', 'other')] },
    '/api/v1/namespaces/shop/services/web': service(),
    '/api/v1/namespaces/shop/services/other': 'missing',
  }
  const explained = async (words: string[], flags = {}) => {
    const query = parseQuery(words, flags, { verb: 'explain', kinds: targetKinds })
    return await Array.fromAsync(explainCluster(fakeCluster(answers).cluster, query))
  }

  it('are explained with their own ways, and after Services', async () => {
    const steps = await explained(['ingress/a', 'svc/web', 'ing/nobody'])
    const words = steps.map((step) =>
      step.kind === 'explanation'
        ? `${step.explanation.target.kind}/${step.explanation.target.name}`
        : step.kind,
    )
    expect(words).toEqual(['service/web', 'ingress/a', 'failure'])
  })

  it('are listed as their kind is', async () => {
    const steps = await explained(['ingress'], { all: true })
    const addresses = steps.flatMap((step) =>
      step.kind === 'explanation' ? step.explanation.paths.map(({ entry }) => entry.address) : [],
    )
    expect(addresses).toEqual(['a.example/', 'b.example/'])
  })
})

describe('targets of all namespaces', () => {
  const everywhere = { allNamespaces: true }
  const all = ['shop', 'blog'].map((namespace) => ({
    ...ingress('a'),
    metadata: { name: 'a', namespace },
  }))

  it('share lists of the whole cluster, each asked for once', async () => {
    const { cluster, asked } = fakeCluster({
      '/apis/networking.k8s.io/v1/ingresses': { items: all },
      '/api/v1/services': { items: [service(), service({}, { namespace: 'blog' })] },
    })
    const query = parseQuery(['ingress'], everywhere, { verb: 'explain', kinds: targetKinds })
    const steps = await Array.fromAsync(explainCluster(cluster, query))
    expect(steps.map(({ kind }) => kind)).toEqual(['explanation', 'explanation'])
    const lists = asked.filter((path) => /\/(services|ingresses|endpointslices)\b/.test(path))
    expect([...new Set(lists)].toSorted()).toEqual([
      '/api/v1/services',
      '/apis/discovery.k8s.io/v1/endpointslices',
      '/apis/networking.k8s.io/v1/ingresses',
    ])
  })
})

describe('a Service behind a target', () => {
  const named = async (answer: object | string) => {
    const { cluster } = fakeCluster({
      [`${ingressesOf('shop')}/a`]: ingress('a'),
      [ingressesOf('shop')]: { items: [ingress('a')] },
      '/api/v1/namespaces/shop/services/web': answer,
    })
    const query = parseQuery(['ingress/a'], {}, { verb: 'explain', kinds: targetKinds })
    const steps = await Array.fromAsync(explainCluster(cluster, query))
    const unknown = steps.flatMap((step) => (step.kind === 'explanation' ? step.explanation.unknown : []))
    return unknown.filter(({ what }) => what.includes('web'))
  }

  it('is said to be unknown where it may not be read, and not where it is not there', async () => {
    expect(await named('forbidden')).toMatchObject([{ what: 'service web in shop', reason: 'forbidden' }])
    expect(await named('missing')).toEqual([])
  })
})

describe('what was applied to a route', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
  const rule = { backendRefs: [{ name: 'web', port: 80 }] }
  const applied = (more: object) => JSON.stringify({ spec: { rules: [{ ...rule, ...more }] } })
  const explained = async (text: string) => {
    const { cluster, asked } = fakeCluster({
      '/apis': {
        groups: [
          {
            name: 'gateway.networking.k8s.io',
            preferredVersion: { version: 'v1' },
            versions: [{ version: 'v1' }],
          },
        ],
      },
      '/api/v1/namespaces/shop/services/web': service(),
      '/apis/gateway.networking.k8s.io/v1/gateways': {
        items: [
          {
            metadata: { name: 'edge', namespace: 'shop' },
            spec: { listeners: [{ name: 'http', port: 80 }] },
          },
        ],
      },
      '/apis/gateway.networking.k8s.io/v1/httproutes': {
        items: [
          {
            metadata: { name: 'a', namespace: 'shop', annotations: { [annotation]: text } },
            spec: { parentRefs: [{ name: 'edge' }], rules: [rule] },
          },
        ],
      },
    })
    const query = parseQuery(['svc/web'], {}, { verb: 'explain', kinds: targetKinds })
    const steps = await Array.fromAsync(explainCluster(cluster, query))
    const codes = steps.flatMap((step) =>
      step.kind === 'explanation' ? step.explanation.findings.map(({ code }) => code) : [],
    )
    return { codes, asked: asked.filter((path) => path.includes('customresourcedefinitions')) }
  }

  it('tells what the API server dropped, and has the definitions read', async () => {
    const { codes, asked } = await explained(applied({ sessionPersistence: { type: 'Cookie' } }))
    expect(codes).toContain('AFF-GWAPI-PRUNED')
    expect(asked).toEqual([expect.stringContaining('httproutes')])
  })

  it('has them not read where nobody asks for a session', async () => {
    const { codes, asked } = await explained(applied({}))
    expect(codes).not.toContain('AFF-GWAPI-PRUNED')
    expect(asked).toEqual([])
  })
})

describe('names of types', () => {
  it('are those of kubectl', () => {
    expect(resourceName(widgets())).toBe('widgets.example.com')
    expect(resourceName(widgets({ group: '' }))).toBe('widgets')
  })
})

describe('a word of several kinds', () => {
  const meant = async (word: string, ...groups: string[]) => {
    const served = groups.map((name) => {
      const version = { version: 'v1' }
      return { name, preferredVersion: version, versions: [version] }
    })
    const query = parseQuery([`${word}/a`], {}, { verb: 'explain', kinds: targetKinds })
    const [target] = query.kind === 'names' ? query.targets : []
    const kind = await reader({ '/apis': { groups: served } }).reader.servedKind(target!)
    return `${kind.type.resource}.${kind.type.group}`
  }

  it('is of the one that the cluster serves', async () => {
    expect(await meant('vs', 'networking.istio.io')).toBe('virtualservices.networking.istio.io')
    expect(await meant('vs', 'k8s.nginx.org')).toBe('virtualservers.k8s.nginx.org')
    expect(await meant('gateway', 'networking.istio.io')).toBe('gateways.networking.istio.io')
  })

  it('is of the first group where several are served, as for kubectl', async () => {
    expect(await meant('vs', 'networking.istio.io', 'k8s.nginx.org')).toBe('virtualservers.k8s.nginx.org')
    expect(await meant('gateway', 'networking.istio.io', 'gateway.networking.k8s.io')).toBe(
      'gateways.gateway.networking.k8s.io',
    )
  })
})
