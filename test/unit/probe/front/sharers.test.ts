import { expect, test } from 'vitest'
import type { PlaceInFront } from '../../../../src/probe/front/ways/places.ts'
import { sharedPlaces, sharersOf } from '../../../../src/probe/front/sharers.ts'

const place = (share?: number): PlaceInFront => ({
  host: 'shop.lab',
  path: '/cart',
  pattern: '/',
  policy: { kind: 'none' },
  ...(share === undefined ? {} : { share }),
})

test('weights that do not add up leave requests for others', () => {
  expect(sharedPlaces([{ places: [place(0.8)] }])).toHaveLength(1)
  expect(sharedPlaces([{ places: [place(0.8)] }, { places: [place(0.2)] }])).toEqual([])
  expect(sharedPlaces([{ places: [place()] }])).toEqual([])
  const thirds = Array.from({ length: 3 }, () => ({ places: [place(1 / 3)] }))
  expect(sharedPlaces(thirds)).toEqual([])
})

test('who takes the rest opens the same host and path', () => {
  const ingress = (name: string, host: string, path: string) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'shop' },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host,
          http: { paths: [{ path, backend: { service: { name: `${name}-svc`, port: { number: 80 } } } }] },
        },
      ],
    },
  })
  const own = ingress('main', 'shop.lab', '/')
  const all = [
    own,
    ingress('canary', 'shop.lab', '/'),
    ingress('api', 'shop.lab', '/api'),
    ingress('other', 'other.lab', '/'),
  ]
  expect(sharersOf(all, own, [place(0.8)])).toMatchObject([
    { by: { name: 'canary' }, service: { namespace: 'shop', name: 'canary-svc' } },
  ])
})
