import { expect, test } from 'vitest'
import { fittingResources, type LimitRange } from '../../../../../../src/probe/run/clients/pods/resources.ts'

const wanted = { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '1', memory: '192Mi' } }

type Rule = NonNullable<NonNullable<LimitRange['spec']>['limits']>[number]

const range = (...limits: Rule[]): LimitRange => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'limits', namespace: 'shop' },
  spec: { limits },
})

test.each<[string, LimitRange[], object]>([
  ['no LimitRange', [], wanted],
  ['room enough', [range({ type: 'Container', max: { cpu: '4', memory: '1Gi' } })], wanted],
  [
    'a maximum below the limit',
    [range({ type: 'Container', max: { cpu: '500m', memory: '128Mi' } })],
    { requests: wanted.requests, limits: { cpu: '500m', memory: '134217728' } },
  ],
  [
    'a maximum for pods below the request',
    [range({ type: 'Pod', max: { cpu: '20m' } })],
    { requests: { cpu: '20m', memory: '64Mi' }, limits: { cpu: '20m', memory: '192Mi' } },
  ],
  [
    'a minimum above the limit',
    [range({ type: 'Container', min: { cpu: '2', memory: '0.5Gi' } })],
    { requests: { cpu: '2', memory: '536870912' }, limits: { cpu: '2', memory: '536870912' } },
  ],
  [
    'a ratio of limit and request',
    [range({ type: 'Container', maxLimitRequestRatio: { cpu: '4', memory: '1' } })],
    { requests: wanted.requests, limits: { cpu: '200m', memory: '67108864' } },
  ],
  [
    'several, of which the narrowest counts, and claims of volumes do not',
    [
      range(
        { type: 'Container', max: { cpu: '800m' } },
        { type: 'PersistentVolumeClaim', max: { cpu: '1m' } },
      ),
      range({ type: 'Pod', max: { cpu: '300m' } }),
    ],
    { requests: wanted.requests, limits: { cpu: '300m', memory: '192Mi' } },
  ],
])('a pod that fits: %s', (_, ranges, resources) => {
  expect(fittingResources(wanted, ranges)).toStrictEqual(resources)
})
