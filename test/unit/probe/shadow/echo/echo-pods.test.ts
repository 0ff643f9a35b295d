import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Endpoint } from '../../../../../src/model/cluster/endpoint.ts'
import { echoNodes, echoPod, echoPorts } from '../../../../../src/probe/shadow/echo/echo-pods.ts'

const endpoint = (node: string | undefined, ready = true): Endpoint => ({
  address: '10.244.1.2',
  family: 'IPv4',
  port: 8080,
  ready,
  serving: ready,
  terminating: false,
  ...(node === undefined ? {} : { node }),
})

test('a pod for each ready endpoint, on its node', () => {
  const endpoints = ['n1', 'n2', 'n1', undefined].map((node) => endpoint(node))
  const nodes = echoNodes([...endpoints, endpoint('n3', false)])
  expect(nodes.map(String).sort()).toStrictEqual(['n1', 'n1', 'n2', 'undefined'])
})

test('with too many, every node has its part', () => {
  const names = fc.array(fc.constantFrom('n1', 'n2', 'n3', undefined), { maxLength: 60 })
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 30 }), (all, most) => {
      const chosen = echoNodes(
        all.map((node) => endpoint(node)),
        most,
      )
      expect(chosen).toHaveLength(Math.min(all.length, most))
      const count = (list: readonly unknown[], node: unknown): number =>
        list.filter((one) => one === node).length
      const counts = [...new Set(all)].map((node) => ({
        chosen: count(chosen, node),
        all: count(all, node),
      }))
      const largest = Math.max(0, ...counts.map(({ chosen }) => chosen))
      for (const { chosen, all } of counts) {
        expect(chosen).toBeLessThanOrEqual(all)
        // Fewer than another node by more than one only where there are no more.
        if (chosen < largest - 1) expect(chosen).toBe(all)
      }
    }),
  )
})

test('every port gets one of its own, whatever the original listens on', () => {
  const { service, echo } = echoPorts([
    { name: 'http', port: 80, targetPort: 'web' },
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    { name: 'sig', port: 99, protocol: 'SCTP' },
  ])
  expect(service).toStrictEqual([
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 8081 },
  ])
  expect(echo).toStrictEqual([
    { protocol: 'TCP', port: 8080 },
    { protocol: 'UDP', port: 8081 },
  ])
})

test('a pod that ends by itself, and asks for no rights', () => {
  const pod = echoPod({
    metadata: { name: 'e', labels: { run: '1' }, annotations: { a: 'b' } },
    image: 'node',
    source: 'program',
    ports: [{ protocol: 'UDP', port: 8080 }],
    node: 'n1',
    lifeSeconds: 90,
  })
  expect(pod).toMatchObject({
    metadata: { labels: { run: '1', 'affinity.kubectl.dev/echo': 'true' }, annotations: { a: 'b' } },
    spec: { activeDeadlineSeconds: 90, restartPolicy: 'Never', automountServiceAccountToken: false },
  })
  expect(JSON.stringify(pod)).not.toContain('readinessProbe')
})
