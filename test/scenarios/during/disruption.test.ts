import { beforeAll, describe, expect, test } from 'vitest'
import { app, manyHours, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describe(`endpoints that come and go during a run, on ${site.name}`, () => {
  const place = usePlayground()

  beforeAll(async () => {
    // What fails while a pod is gone and a proxy has not followed may have been sent to any pod: that would leave the verdict open.
    await place.deploy(
      app(site, 'web', { graceMs: 6000 }),
      service('sticky', { of: 'web', affinity: manyHours }),
    )
  })

  /** Requests that each pod has answered, as its own count says. */
  const counts = async (): Promise<Map<string, number>> => {
    const names = (await place.kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).trim().split('\n')
    const found = new Map<string, number>()
    for (const name of names.map((line) => line.replace('pod/', ''))) {
      const path = `/api/v1/namespaces/${place.name}/pods/${name}:8080/proxy/count`
      found.set(name, Number(await site.kubectl(['get', '--raw', path])))
    }
    return found
  }

  /** The pod that has answered the most since `before`. */
  const busiest = async (before: Map<string, number>): Promise<string> => {
    const grown = [...(await counts())].map(([name, count]) => ({
      name,
      by: count - (before.get(name) ?? 0),
    }))
    return grown.sort((a, b) => b.by - a.by)[0]!.name
  }

  /** A probe of the sticky Service, whose pod is deleted in the middle. */
  const probeAndDelete = async (output: string) => {
    const before = await counts()
    let held = ''
    const ended = await place.probeAround(['sticky', '--rate', '20', '-o', output], async () => {
      held = await busiest(before)
      await place.kubectl('delete', 'pod', held)
    })
    await place.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    await place.proxiesFollow()
    return { ended, held }
  }

  test('the end of its pod explains why a client moves: JSON', async () => {
    const { ended, held } = await probeAndDelete('json')
    expectExit(ended, 0)
    const { status } = reportOf(ended)
    expect(status.verdict).toMatchObject({ behaviour: 'sticky', switches: 1, explainedSwitches: 1 })
    expect(status.backends[0]?.name).toBe(held)
    expect(status.switches[0]?.explanation).toMatchObject({ kind: 'endpoint-gone', change: { pod: held } })
    const ends = status.endpointChanges.filter(({ pod }) => pod === held).map(({ kind }) => kind)
    expect(ends[0]).toBe('terminating')
    expect(status.totals.lost).toBe(0)
  })

  test('the end of its pod explains why a client moves: the strip', async () => {
    const { ended } = await probeAndDelete('text')
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/A.*│.*B/)
    // Towards the end of a line, words stand before their mark.
    expect(ended.stdout).toMatch(/└ .*A terminating|A terminating.* ┘/)
    expect(ended.stdout).toMatch(/STICKY/)
  })
})

describeOnce('what happens to the stream during a run', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(app(site, 'web'), service('web'))
  })

  scenario(
    'no request is lost to log rotation, though they go as fast as possible',
    ['small logs'],
    async () => {
      const ended = await place.probe([
        'web',
        '--rate',
        'max',
        '--requests',
        '3000',
        '--path',
        '/unique',
        '-o',
        'json',
      ])
      const { status } = reportOf(ended)
      expect(status.totals.lost).toBe(0)
      expect(status.totals.requests).toBe(3000)
      const counted = Object.values(status.outcomes).reduce((sum, count) => sum + count)
      expect(counted).toBe(status.totals.requests)
    },
  )
})
