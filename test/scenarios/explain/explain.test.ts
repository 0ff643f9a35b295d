import { beforeAll, describe, expect, test } from 'vitest'
import { objectTypes } from '../../../src/mechanisms/index.ts'
import { resourceName } from '../../../src/model/cluster/object.ts'
import { explainReport, explainReportList } from '../../../src/model/contract/explain.ts'
import { type Ended, run } from '../support/command.ts'
import { manyHours, service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { bindRole } from '../support/roles.ts'
import { scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** What may stand in front of Services here; some types are asked for only beside an object of another one. */
async function servedInFront(): Promise<string[]> {
  const served = (await site.kubectl(['api-resources', '--verbs=list', '-o', 'name'])).split('\n')
  return objectTypes
    .filter(({ beside }) => beside === undefined)
    .map((type) => resourceName(type))
    .filter((name) => served.includes(name))
}

const mode = site.name.includes('nftables') ? 'nftables' : 'iptables'

describe(`explain, on ${site.name}`, () => {
  const place = usePlayground()
  const explain = (...args: string[]): Promise<Ended> => run(site, ['explain', '-n', place.name, ...args])
  const reportOf = async (...args: string[]) => {
    const { code, stdout, stderr } = await explain(...args, '-o', 'json')
    expect([code, stderr]).toEqual([0, ''])
    return explainReport.parse(JSON.parse(stdout))
  }
  const codesOf = async (...args: string[]): Promise<string[]> =>
    (await reportOf(...args)).status.findings.map(({ code }) => code)

  const handSlice = (name: string, of: string, ports: object[], addresses: string[]): object => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints: [{ addresses }],
    ports,
  })

  beforeAll(async () => {
    await place.deploy(
      smallApp(site, 'web', 3),
      service('web'),
      service('sticky', { of: 'web', affinity: 5 }),
      service('default', { of: 'web', affinity: manyHours }),
      service('two-ports', {
        of: 'web',
        affinity: 60,
        ports: [
          { name: 'a', port: 80, targetPort: 8080 },
          { name: 'b', port: 81, targetPort: 8080 },
        ],
      }),
      service('ports', { of: 'web', affinity: 60, spec: { type: 'NodePort' } }),
      service('balanced', { of: 'web', affinity: 60, spec: { type: 'LoadBalancer' } }),
      service('local', {
        of: 'web',
        affinity: 60,
        spec: { type: 'NodePort', externalTrafficPolicy: 'Local' },
      }),
      service('headless', { of: 'web', affinity: 60, spec: { clusterIP: 'None' } }),
      service('alias', {
        affinity: 60,
        spec: { type: 'ExternalName', externalName: 'db.example', ports: [] },
      }),
      service('nobody', { affinity: 60 }),
      service('outside', { affinity: 60, spec: { selector: null }, ports: [{ name: 'http', port: 9000 }] }),
      handSlice('outside-1', 'outside', [{ name: 'http', port: 80 }], ['192.0.2.1']),
      service('misnamed', { affinity: 60, spec: { selector: null }, ports: [{ name: 'http', port: 80 }] }),
      handSlice('misnamed-1', 'misnamed', [{ name: 'web', port: 80 }], ['192.0.2.1', '192.0.2.2']),
    )
  })

  test('draws who decides, and says the policy in plain words', async () => {
    const { code, stdout, stderr } = await explain('svc/sticky')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(new RegExp(`── kube-proxy ${mode} ── client IP 5s\\s+─+► pods  decides`))
    expect(stdout).toMatch(/a client address stays on its pod until 5s pass without a new\s+connection/)
    expect(stdout).toContain(`prove   kubectl affinity probe svc/sticky -n ${place.name}`)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('recognises the proxy and its mode', async () => {
    const { status } = await reportOf('svc/sticky')
    expect(status.proxy).toMatchObject({ name: `kube-proxy ${mode}`, timer: 'idle' })
    expect(status.endpoints).toEqual({ ready: 3, total: 3, nodes: site.nodes.length })
    expect(status.notPossible).toEqual([])
  })

  test.each([
    ['web', []],
    ['sticky', []],
    ['default', ['AFF-SVC-TIMEOUT-DEFAULT']],
    ['two-ports', ['AFF-SVC-PER-PORT-TABLES']],
    ['ports', ['AFF-SVC-PER-NODE-TABLES', 'AFF-SVC-NODEPORT-MASQUERADED']],
    ['balanced', ['AFF-SVC-LB-SPREADS-NODES', 'AFF-SVC-PER-NODE-TABLES', 'AFF-SVC-NODEPORT-MASQUERADED']],
    ['local', ['AFF-SVC-LOCAL-TRAFFIC', 'AFF-SVC-PER-NODE-TABLES']],
    ['headless', ['AFF-SVC-HEADLESS']],
    ['alias', ['AFF-SVC-EXTERNAL-NAME', 'AFF-SVC-EXTERNAL-NAME-SELECTOR']],
    ['nobody', ['AFF-SVC-NO-ENDPOINTS']],
    ['outside', ['AFF-SVC-ONE-ENDPOINT', 'AFF-EPS-PORT-DIFFERS', 'AFF-EXT-NODE-IS-CLIENT']],
    ['misnamed', ['AFF-SVC-NO-ENDPOINTS', 'AFF-EPS-PORT-NAME-MISMATCH', 'AFF-EPS-SEVERAL-ADDRESSES']],
  ])('finds the traps of svc/%s', async (name, expected) => {
    const sticky = !['web', 'headless', 'alias'].includes(name)
    const list = mode === 'iptables' && sticky ? ['AFF-PROXY-IPTABLES-LIST'] : []
    expect(await codesOf(`svc/${name}`)).toEqual([...expected, ...list])
  })

  test('explains several, by name, by label and all, and one that is missing stops nothing', async () => {
    const named = await explain('svc/web', 'svc/gone', 'svc/sticky', '-o', 'name')
    expect(named.code).toBe(1)
    expect(named.stdout).toBe('service/web\nservice/sticky\n')
    expect(named.stderr).toContain(`services "gone" not found in namespace "${place.name}"`)
    await place.kubectl('label', 'service', 'web', 'sticky', 'tier=front')
    expect((await explain('-l', 'tier=front', '-o', 'name')).stdout).toBe('service/sticky\nservice/web\n')
    const list = explainReportList.parse(JSON.parse((await explain('--all', '-o', 'json')).stdout))
    expect(list.items).toHaveLength(12)
    const every = await run(site, ['explain', '-A', '--findings-only'])
    expect(every.stdout).toContain(`${place.name}/service/headless`)
    const none = await explain('-l', 'tier=none')
    expect([none.code, none.stdout, none.stderr]).toEqual([
      0,
      '',
      `No resources found in ${place.name} namespace.\n`,
    ])
  })

  test('fails a pipeline on demand only', async () => {
    expect((await explain('svc/headless')).code).toBe(0)
    expect((await explain('svc/headless', '--fail-on', 'warning')).code).toBe(3)
    expect((await explain('svc/headless', '--fail-on', 'error')).code).toBe(0)
  })

  scenario('says what a user may not read, and the rest', ['restricted users'], async () => {
    const [user] = site.restrictedUsers
    if (user === undefined) throw new Error('no restricted user')
    const rules = [
      { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
    ]
    await bindRole(place, user, { rules })
    const { code, stdout } = await run(site, ['explain', '-n', place.name, 'svc/default', '-o', 'json'], {
      context: user,
    })
    expect(code).toBe(0)
    const { status } = explainReport.parse(JSON.parse(stdout))
    expect(status.findings.map((finding) => finding.code)).toEqual(['AFF-SVC-TIMEOUT-DEFAULT'])
    expect(status.endpoints?.ready).toBe(3)
    expect(status.unknown.map(({ what, reason }) => `${what} ${reason}`).toSorted()).toEqual(
      [
        'configmap kube-system/kube-proxy',
        'horizontalpodautoscalers.autoscaling',
        'networkpolicies.networking.k8s.io',
        'nodes',
        `pods in ${place.name}`,
        ...(await servedInFront()),
      ]
        .map((what) => `${what} forbidden`)
        .toSorted(),
    )
    const text = await run(site, ['explain', '-n', place.name, 'svc/default'], { context: user })
    expect(text.stdout.replace(/\s+/g, ' ')).toContain('reading nodes is not allowed')
    const refused = await run(site, ['explain', '-n', place.name, 'svc/default'], {
      context: site.restrictedUsers[1] ?? '',
    })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/^error: services "default" is forbidden: [^]*kind: Role\n/)
  })
})
