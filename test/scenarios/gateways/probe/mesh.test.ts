import { beforeAll, expect } from 'vitest'
import { sessionApp } from '../../support/gateways.ts'
import { hashedByIstio } from '../../support/hashes.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** A pod that waits for somebody to run something in it. */
const idle = (name: string, labels: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: 'client', image: site.images.node, command: ['node', '-e', 'setInterval(() => {}, 1e6)'] },
    ],
  },
})

describeOnce('callers in a mesh, whose sidecars pick the pod', () => {
  const place = usePlayground()
  const route = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'shop' },
    spec: { hosts: ['shop'], http: [{ route: [{ destination: { host: 'shop' } }] }] },
  }
  // The sandbox has no sidecars.
  const needs = [gateway('istio'), 'real gateways'] as const

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop', { ports: [{ name: 'http', port: 8000, targetPort: 8080 }] }),
      hashedByIstio('shop', { httpCookie: { name: 'user', path: '/', ttl: '600s' } }),
      idle('inside', { 'sidecar.istio.io/inject': 'true' }),
      idle('outside'),
    )
    await place.kubectl('wait', '--for=condition=Ready', 'pod/inside', 'pod/outside', '--timeout=90s')
  })

  const held = async (target: string): Promise<void> => {
    const ended = await place.probe([target, '--in-pod', 'pod/inside', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    expect(status.users).toMatchObject([
      { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: ['user'] } },
    ])
    expect(spec.entries).toMatchObject([{ front: { by: 'Istio’s sidecar' } }])
  }

  scenario('are asked from a pod that has one, by the rule that says how they pick', needs, async () => {
    await held('destinationrule/shop')
  })

  scenario('and by the route that they take', needs, async () => {
    await place.apply(route)
    await held('virtualservice/shop')
  })

  scenario('are not, from one that has none, and it is said how to ask', needs, async () => {
    await place.apply(route)
    const bare = await place.probe(['virtualservice/shop', '--in-pod', 'pod/outside'])
    expectExit(bare, 1)
    expect(bare.stderr).toContain('pod/outside has no sidecar')
    const made = await place.probe(['virtualservice/shop'])
    expectExit(made, 1)
    expect(made.stderr).toMatch(/is for callers in the mesh.*\n.*--in-pod pod\/NAME/)
    const wrong = await place.probe(['virtualservice/shop', '--in-pod', 'pod/inside', '--port', '9999'])
    expectExit(wrong, 1)
    expect(wrong.stderr).toMatch(/service\/shop has no port "9999"[\s\S]*8000/)
  })
})
