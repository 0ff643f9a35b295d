import { expect, test } from 'vitest'
import { toBeDropped } from '../../../../../src/probe/front/rounds/dropped.ts'

const cookie = (name: string, maker?: string) => ({
  name,
  sent: 10,
  ...(maker === undefined ? {} : { maker }),
})

test('cookies of several proxies are left out in turn, those of applications never beside them', () => {
  const all = [cookie('JSESSIONID'), cookie('route'), cookie('AWSALB', 'an AWS load balancer')]
  expect(toBeDropped(all, ['route'])).toEqual(['route', 'AWSALB'])
  expect(toBeDropped(all, [])).toEqual([])
})

test('all are, where nobody knows whose they are', () => {
  expect(toBeDropped([cookie('JSESSIONID'), cookie('gw')], [])).toEqual(['JSESSIONID', 'gw'])
  expect(toBeDropped([cookie('gw')], [])).toEqual([])
  expect(toBeDropped([cookie('gw'), { ...cookie('unsent'), sent: 0 }], [])).toEqual([])
  expect(
    toBeDropped(
      ['a', 'b', 'c', 'd'].map((name) => cookie(name)),
      [],
    ),
  ).toHaveLength(3)
})
