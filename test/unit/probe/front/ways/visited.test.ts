import { describe, expect, test } from 'vitest'
import type { PlaceInFront } from '../../../../../src/probe/front/ways/places.ts'
import { type ServiceWays, visitedOf } from '../../../../../src/probe/front/ways/visited.ts'

const place = (host: string, path: string, pattern = path): PlaceInFront => ({
  host,
  path,
  pattern,
  policy: { kind: 'unknown' },
})

const ways = (name: string, places: PlaceInFront[], namespace = 'shop'): ServiceWays => ({
  service: { namespace, name },
  places,
  notes: [],
  others: [],
  openers: [],
})

describe('the places to visit', () => {
  test('are those of all Services, each of the one whose path is the most exact', () => {
    const web = ways('web', [place('a.lab', '/'), place('a.lab', '/api/x', '/')])
    const api = ways('api', [place('a.lab', '/api/x', '/api')])
    for (const all of [
      [web, api],
      [api, web],
    ]) {
      const { places, first, others } = visitedOf(all, {})
      expect(Object.fromEntries(places.map(({ path, service }) => [path, service]))).toEqual({
        '/': 'web',
        '/api/x': 'api',
      })
      expect([first.service.name, ...others].toSorted()).toEqual(['api', 'web'])
    }
  })

  test('may be shared out to several Services', () => {
    const all = ['web', 'green'].map((name) => ways(name, [place('a.lab', '/')]))
    expect(visitedOf(all, {})).toMatchObject({
      places: [{ service: 'web', beside: ['green'] }],
      others: ['green'],
    })
  })

  test('say once what is configured for several Services, or for the choice of one', () => {
    const [group, blue] = ['group', 'blue'].map((name) => ({ kind: 'cookie', name }) as const)
    const both = { ...place('a.lab', '/'), policy: group!, further: [group!] }
    const own = { ...both, policy: blue! }
    expect(visitedOf([ways('web', [both]), ways('green', [both])], {}).places[0]).not.toHaveProperty(
      'further',
    )
    expect(visitedOf([ways('web', [own]), ways('green', [both])], {}).places).toMatchObject([
      { policy: blue, further: [group] },
    ])
  })

  test('are a handful at most, unless they are asked for', () => {
    const paths = Array.from({ length: 6 }, (_, index) => `/${index}`)
    const all = [
      ways(
        'web',
        paths.map((path) => place('a.lab', path)),
      ),
    ]
    const { places, notes } = visitedOf(all, {})
    expect(places).toHaveLength(4)
    expect(notes).toEqual(['2 of 6 hosts and paths are not asked: 4 are at most'])
    expect(visitedOf(all, { paths })).toMatchObject({ notes: [] })
    expect(visitedOf(all, { paths }).places).toHaveLength(6)
  })

  test('are of one namespace, as clients run in it', () => {
    const all = [ways('web', [place('a.lab', '/')]), ways('api', [place('a.lab', '/api')], 'other')]
    expect(visitedOf(all, {})).toMatchObject({
      others: [],
      notes: ['service/api in namespace other is left out'],
    })
  })
})
