import { expect, test } from 'vitest'
import { atOneGateway } from '../../../../../src/probe/front/ways/one-gateway.ts'
import type { PlaceInFront } from '../../../../../src/probe/front/ways/places.ts'
import type { ObjectRef } from '../../../../../src/model/findings/finding.ts'

const ingress = (name: string): ObjectRef => ({ kind: 'Ingress', namespace: 'shop', name })
const place = (host: string, by: string, of: ObjectRef): PlaceInFront => ({
  host,
  path: '/',
  by,
  of,
  policy: { kind: 'none' },
  pattern: '',
})
const shop = place('shop.lab', 'ingress-nginx', ingress('shop'))

test('where one object leads there, nothing is said', () => {
  expect(atOneGateway('service/web', [shop], [ingress('shop')])).toStrictEqual({ places: [shop], notes: [] })
})

test('what else leads there is named, and what is behind another gateway is left out by name', () => {
  const more = place('more.lab', 'ingress-nginx', ingress('more'))
  const other = place('other.lab', 'Traefik', ingress('other'))
  const openers = [ingress('shop'), ingress('more'), ingress('other')]
  expect(atOneGateway('service/web', [shop, more, other], openers)).toStrictEqual({
    places: [shop, more],
    notes: [
      'service/web is asked through ingress/shop; it is reached through ingress/more, ingress/other, too',
      'other.lab/ is left out: it is behind Traefik, and ingress-nginx is asked',
    ],
  })
})
