import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explained, explainedText } from '../explained.ts'

const at = (name: string) => explained(join(import.meta.dirname, '../../../cases/gateways', `${name}.yaml`))

const cases: Readonly<Record<string, { faults: string[]; ways: string[] }>> = {
  '15-traefik-ingressroute-two-services': {
    faults: ['AFF-TRA-DRAWS-SERVICE 35', 'AFF-TRA-DRAWS-SERVICE 43', 'AFF-TRA-ONE-COOKIE-NAME 45'],
    ways: [
      'Host(`app.example.com`) cookie app-session 20 %',
      'Host(`app.example.com`) cookie app-session 80 %',
    ],
  },
  '16-traefik-annotation-on-the-ingress': {
    faults: ['AFF-TRA-ANNOTATION-ON-INGRESS 26'],
    ways: ['grafana.example.com/ none'],
  },
  '17-traefik-healthy-service-annotations': { faults: [], ways: ['wiki.example.com/ cookie sid'] },
}

describe('Traefik: inputs from the field', () => {
  it.each(Object.entries(cases))('%s', async (name, { faults, ways }) => {
    const found = await at(name)
    expect(found.faults).toEqual(faults)
    expect(found.ways).toEqual(ways)
  })

  it('an annotation of Traefik 1 is good to know', async () => {
    expect((await at('16-traefik-annotation-on-the-ingress')).all).toContain('AFF-TRA-DEAD-ANNOTATION 25')
  })
})

const object = (kind: string, name: string, spec: unknown): string =>
  JSON.stringify({ apiVersion: 'traefik.io/v1alpha1', kind, metadata: { name, namespace: 'shop' }, spec })
const files = (...objects: string[]): string => objects.join('\n---\n')
const toSplit = object('IngressRoute', 'front', {
  routes: [
    {
      match: 'Host(`shop.example`) && PathPrefix(`/cart`)',
      services: [{ name: 'split', kind: 'TraefikService' }],
    },
  ],
})
const cookie = (name: string) => ({ sticky: { cookie: { name } } })
const address = 'Host(`shop.example`) && PathPrefix(`/cart`)'

describe('TraefikService', () => {
  it.each([
    [
      'two levels of cookies',
      {
        weighted: {
          ...cookie('first'),
          services: [{ name: 'a', weight: 3, ...cookie('second') }, { name: 'b' }],
        },
      },
      [`${address} cookie second 75 %`, `${address} none 25 %`],
    ],
    [
      'without the first level',
      { weighted: { services: [{ name: 'a', weight: 3, ...cookie('second') }, { name: 'b' }] } },
      [`${address} cookie second 75 %`, `${address} none 25 %`],
    ],
    [
      'one Service',
      { weighted: { services: [{ name: 'a', ...cookie('second') }] } },
      [`${address} cookie second`],
    ],
    [
      'mirrors',
      { mirroring: { name: 'a', ...cookie('own'), mirrors: [{ name: 'b' }] } },
      [`${address} cookie own`],
    ],
    [
      'hash by the address',
      {
        highestRandomWeight: {
          services: [
            { name: 'a', strategy: 'hrw' },
            { name: 'b', strategy: 'hrw' },
          ],
        },
      },
      [`${address} hash client address 50 %`],
    ],
    ['a kind of its own', { unheard: {} }, [`${address} unknown`]],
  ])('%s', async (_name, spec, ways) => {
    expect((await explainedText(files(toSplit, object('TraefikService', 'split', spec)))).ways).toEqual(ways)
  })

  it('is explained by its name, with the host and path of the route in front', async () => {
    const spec = { weighted: { services: [{ name: 'a', ...cookie('c') }] } }
    const { explanations } = await explainedText(files(toSplit, object('TraefikService', 'split', spec)))
    const one = explanations.find(({ target }) => target.kind === 'traefikservice')
    expect(one?.paths[0]?.entry).toMatchObject({ host: 'shop.example', path: '/cart' })
  })

  it('tells of the cookie for the Service beside that for its pod', async () => {
    const services = [
      { name: 'a', ...cookie('second') },
      { name: 'b', ...cookie('third') },
    ]
    const spec = { weighted: { ...cookie('first'), services } }
    const { explanations } = await explainedText(files(toSplit, object('TraefikService', 'split', spec)))
    const notes = explanations.flatMap(({ paths }) =>
      paths.flatMap(({ hops }) => hops.map(({ note }) => note)),
    )
    expect(new Set(notes)).toEqual(new Set(['the Service is kept by a cookie of its own, "first"']))
  })
})

describe('a Service below several balancers', () => {
  const own = { name: 'a', port: 80, ...cookie('own') }
  const route = (name: string, ...services: object[]): string =>
    object('IngressRoute', name, { routes: [{ match: `Host(\`${name}.example\`)`, services }] })
  const split = (service: object): string =>
    object('TraefikService', 'split', { weighted: { services: [service] } })
  const other = { name: 'b', port: 80 }
  const at = async (...objects: string[]) => await explainedText(files(...objects))

  it('is set by the TraefikService, for routes with several services as well', async () => {
    const { ways, faults } = await at(
      route('one', own, other),
      split({ name: 'a', port: 80, ...cookie('late') }),
    )
    expect(ways).toContain('Host(`one.example`) cookie late 50 %')
    expect(faults).toContain('AFF-TRA-SETTINGS-FIGHT 1')
  })

  it('is set by one of two routes, and nobody knows which', async () => {
    const { ways, faults, explanations } = await at(
      route('one', own, other),
      route('two', { ...own, ...cookie('x') }, other),
    )
    expect(ways).toContain('Host(`one.example`) unknown 50 %')
    expect(ways).toContain('Host(`two.example`) unknown 50 %')
    expect(faults).toContain('AFF-TRA-SETTINGS-FIGHT 3')
    expect(JSON.stringify(explanations)).toContain('ingressroute/one and ingressroute/two set it differently')
  })

  it.each([
    ['the only one of its route', [route('one', own), split({ name: 'a', port: 80 })]],
    ['named by another port', [route('one', own, other), split({ name: 'a', port: 'http' })]],
    [
      'of another class',
      [
        route('one', own, other),
        route('two', { name: 'a', port: 80 }, other).replace(
          '"metadata":{',
          '"metadata":{"annotations":{"kubernetes.io/ingress.class":"inner"},',
        ),
      ],
    ],
    [
      'of another namespace',
      [route('one', own, other), split({ name: 'a', port: 80, namespace: 'elsewhere' })],
    ],
  ])('is its own where it is %s', async (_name, objects) => {
    const { ways, faults } = await at(...objects)
    expect(ways.some((way) => way.startsWith('Host(`one.example`) cookie own'))).toBe(true)
    expect(faults.join(' ')).not.toContain('SETTINGS-FIGHT')
  })
})
