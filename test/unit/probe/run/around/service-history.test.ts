import { expect, test } from 'vitest'
import type { Service } from '../../../../../src/model/cluster/kubernetes.ts'
import { ServiceHistory } from '../../../../../src/probe/run/around/service-history.ts'

const service = (spec: Partial<Service['spec']> = {}, uid = '1'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', uid },
  spec: { clusterIP: '10.0.0.1', selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
})
const sticky = service({ sessionAffinity: 'ClientIP' })

const began = 100_000

function changes(...looks: [Service | undefined, atMs: number][]): string[] {
  return changesOf(service(), false, ...looks)
}

function changesOf(
  before: Service,
  isAskedInside: boolean,
  ...looks: [Service | undefined, atMs: number][]
): string[] {
  const history = new ServiceHistory(before, began - 500, isAskedInside)
  for (const [found, atMs] of looks) history.look(found, began + atMs)
  return history.changes(began)
}

test('what changed is told with when', () => {
  expect(changes([service(), 1500], [sticky, 3600], [sticky, 5600])).toStrictEqual([
    'its affinity went from None to ClientIP 3h0m0s between 1s and 4s',
  ])
})

test('what was changed back is told twice, though both ends are the same', () => {
  expect(changes([sticky, 1900], [service(), 4000])).toStrictEqual([
    'its affinity went from None to ClientIP 3h0m0s between 0s and 2s',
    'its affinity went from ClientIP 3h0m0s to None between 1s and 4s',
  ])
})

test('gone once, and back as another', () => {
  expect(changes([undefined, 2000], [undefined, 4000], [service({}, '2'), 6000])).toStrictEqual([
    'it was deleted between 0s and 2s',
    'it was made anew between 4s and 6s',
  ])
})

test('before the first request, or where there was none', () => {
  expect(changes([sticky, -100])).toStrictEqual([
    'its affinity went from None to ClientIP 3h0m0s before the first request',
  ])
  const history = new ServiceHistory(service(), began, false)
  history.look(undefined, began + 1)
  expect(history.changes(undefined)).toStrictEqual(['it was deleted'])
})

test('node ports that come, change and go are nothing to whoever asks inside', () => {
  const withNodePort = (nodePort: number): Service =>
    service({ type: 'NodePort', externalTrafficPolicy: 'Cluster', ports: [{ port: 80, nodePort }] })
  const looks = [
    [withNodePort(30_001), 2000],
    [withNodePort(30_002), 3000],
    [service(), 4000],
  ] as const
  expect(
    changesOf(service(), true, ...looks.map(([found, at]): [Service, number] => [found, at])),
  ).toStrictEqual([])
  expect(changesOf(withNodePort(30_001), false, [withNodePort(30_002), 2000])).toStrictEqual([
    'its ports changed between 0s and 2s',
  ])
  const named = service({ type: 'NodePort', ports: [{ name: 'web', port: 80, nodePort: 30_001 }] })
  expect(changesOf(service(), true, [named, 2000])).toStrictEqual(['its ports changed between 0s and 2s'])
})
