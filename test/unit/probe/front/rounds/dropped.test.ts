import { expect, test } from 'vitest'
import type { ProbeSurvey } from '../../../../../src/model/probe/results/survey.ts'
import { takenBy, toBeDropped } from '../../../../../src/probe/front/rounds/dropped.ts'

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

test('whose cookie takes users elsewhere: one that is not configured, without which all of them stay', () => {
  const survey = (kind: string, moved: number, without = 0) =>
    ({
      entries: [{ front: { policy: { kind: 'cookie', name: 'route' } } }],
      users: [{ cause: { kind } }],
      dropped: [
        { cookie: 'AWSALB', users: 6, moved },
        { cookie: 'route', users: 6, moved: without },
      ],
    }) as unknown as ProbeSurvey
  expect(takenBy(survey('ignored', 0))).toEqual(['AWSALB'])
  expect(takenBy(survey('ignored', 1, 6))).toEqual([])
  expect(takenBy(survey('cookie', 0))).toEqual([])
})
