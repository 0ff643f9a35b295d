import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { explainReport } from '../../../src/model/contract/explain.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { type Ended, run, type Running, shell, start } from '../support/command.ts'
import { deployment, listensOn, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { bindRole } from '../support/roles.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { type Peer, type PeerBackend, site } from '../support/site.ts'

const identify = ['--identify', String.raw`regex:backend\[([^\]]+)\]`]

/** Asks the Service behind BACKEND for every request, on a connection of its own, and puts its own name in front. */
const frontendProgram = `
const http = require('node:http')
http.createServer((request, response) => {
  const fail = () => { response.statusCode = 502; response.end('no backend') }
  http.get({ host: process.env.BACKEND, port: 9000, agent: false }, (answer) => {
    let text = ''
    answer.on('data', (part) => (text += part)).on('error', fail)
    answer.on('end', () => response.end('frontend[' + require('node:os').hostname() + '] -> ' + text))
  }).on('error', fail)
}).listen(8080)`

interface Slice {
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> }
  addressType: string
  ports: { name: string; port: number }[]
  endpoints: { addresses: string[] }[]
}

function useExternal() {
  const place = usePlayground()
  const external = (...args: string[]): Promise<Ended> => run(site, ['external', ...args, '-n', place.name])
  const slices = async (name: string): Promise<Slice[]> => {
    const of = `kubernetes.io/service-name=${name}`
    const list: { items: Slice[] } = JSON.parse(
      await place.kubectl('get', 'endpointslices', '-l', of, '-o', 'json'),
    )
    return list.items
  }
  const addresses = async (name: string): Promise<string[]> =>
    (await slices(name)).flatMap(({ endpoints }) => endpoints.flatMap((one) => one.addresses)).sort()
  const isThere = async (what: string): Promise<boolean> =>
    (await place.kubectl('get', what, '--ignore-not-found', '-o', 'name')) !== ''
  return { place, external, slices, addresses, isThere }
}

/** The backends of a probe's report, by name. */
const backendsOf = (ended: Ended): string[] =>
  reportOf(ended)
    .status.backends.filter(({ hits }) => hits > 0)
    .map(({ name }) => name ?? '')

describe(`external, S5 on ${site.name}`, () => {
  const { place, external, slices, addresses } = useExternal()
  let peer: Peer
  let one: PeerBackend
  let two: PeerBackend

  beforeAll(async () => {
    peer = await site.peer()
    ;[one, two] = await Promise.all([peer.balance('backend1-lb', 7), peer.balance('backend2-lb', 8)])
  })

  test('from two load balancers of another cluster to one backend for each client', async () => {
    const from = [...peer.flags, '--from', 'svc/backend1-lb', '--from', 'svc/backend2-lb']
    const words = ['backend', '--port', '9000', ...from]

    const dry = await external(...words, '--affinity', '3h', '--dry-run=server', '--diff')
    expectExit(dry, 0)
    expect(dry.stdout).toMatch(/^service\/backend created \(server dry run\)\n/)
    expect(dry.stdout).toContain('+++ MERGED/discovery.k8s.io.v1.EndpointSlice.')
    expect(await addresses('backend')).toEqual([])

    const made = await external(...words, '--affinity', '3h')
    expectExit(made, 0)
    // Both clusters are shown before anything is written.
    expect(made.stderr).toMatch(
      /^from {2}context \S+ +https:\/\/\S+ {2}namespace \S+\nto {4}context \S+ +https:\/\/\S+ {2}namespace \S+\n/,
    )
    expect(made.stdout).toMatch(/^service\/backend created\n/)
    expect(made.stdout).toMatch(
      /port {7}9000 → 80\n {4}affinity {3}None → ClientIP 3h0m0s|affinity {3}ClientIP 3h0m0s/,
    )
    expect(made.stdout).toMatch(
      /port 9000 of the Service leads to port 80: without a selector the port of the endpoint counts/,
    )
    expect(made.stdout).toContain(`+ ${one.address}:80`)
    expect(made.stdout).toContain('svc/backend1-lb\n')
    expect(await addresses('backend')).toEqual([one.address, two.address].sort())
    const [slice] = await slices('backend')
    expect(slice?.metadata.labels).toMatchObject({
      'kubernetes.io/service-name': 'backend',
      'endpointslice.kubernetes.io/managed-by': 'kubectl-affinity',
    })

    const again = await external(...words, '-v=6')
    expect(again.stdout).toMatch(/^service\/backend unchanged\n/)
    expect(again.stderr).not.toMatch(/^(PATCH|PUT|POST|DELETE) /m)

    const backend = await place.kubectl('get', 'service', 'backend', '-o', 'jsonpath={.spec.clusterIP}')
    await place.deploy(
      deployment('frontend', 1, {
        name: 'server',
        image: site.images.node,
        command: ['node', '-e', frontendProgram],
        env: [{ name: 'BACKEND', value: backend }],
        ports: [{ containerPort: 8080 }],
        readinessProbe: listensOn(8080),
      }),
      service('frontend'),
    )

    const direct = await place.probe(['svc/backend', ...identify, '-o', 'json'])
    expectExit(direct, 0)
    const [found, ...others] = backendsOf(direct)
    expect([found?.match(one.backend) ?? found?.match(two.backend), others]).toEqual([expect.anything(), []])

    // The frontend is the client of the backend: one of its pods has one address, so one backend.
    const through = await place.probe(['svc/frontend', ...identify, '--expect', 'sticky', '-o', 'json'])
    expect(backendsOf(through), through.stdout).toHaveLength(1)

    const off = await external(...words, '--affinity', 'none')
    expect(off.stdout).toMatch(/^service\/backend configured\n/)
    expect(off.stdout).toContain('ClientIP 3h0m0s → None')
    await place.proxiesFollow()
    const spread = await place.probe(['svc/backend', ...identify, '-o', 'json'])
    expectExit(spread, 0)
    expect(backendsOf(spread)).toHaveLength(2)
    const mixed = await place.probe([
      'svc/frontend',
      ...identify,
      '--requests',
      '40',
      '--expect',
      'spread',
      '-o',
      'json',
    ])
    expect(backendsOf(mixed)).toHaveLength(2)
  })

  test('explain knows each address, where it was read, and what stands behind it', async () => {
    const from = [...peer.flags, '--from', 'svc/backend1-lb', '--from', 'svc/backend2-lb']
    expectExit(await external('explained', '--port', '9000', ...from, '--affinity', '60s'), 0)
    const ended = await run(site, ['explain', 'svc/explained', '-n', place.name])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/─► outside {2}decides/)
    expect(ended.stdout).toMatch(new RegExp(`^ beyond +${one.address}:80 +svc/backend1-lb$`, 'm'))
    const json = await run(site, ['explain', 'svc/explained', '-n', place.name, '-o', 'json'])
    const { status } = explainReport.parse(JSON.parse(json.stdout))
    expect(status.outside).toContainEqual({
      address: one.address,
      port: 80,
      ready: true,
      origin: 'svc/backend1-lb',
    })
    const codes = status.findings.map(({ code }) => code)
    expect(codes).toContain('AFF-EXT-SECOND-HOP')
    expect(codes).toContain('AFF-EXT-NODE-IS-CLIENT')
    expect(codes).not.toContain('AFF-EPS-PORT-DIFFERS')
  })

  test('an address added and one taken away while a probe runs: no request fails', async () => {
    const third = await peer.balance('backend3-lb', 9)
    expectExit(await external('moving', '--port', '80', '--to', one.address), 0)
    await place.proxiesFollow()
    const probe = place.startProbe([
      'svc/moving',
      ...identify,
      '--requests',
      '999',
      '--interval',
      '20ms',
      '--expect',
      'spread',
      '-o',
      'json',
    ])
    await probe.printed(/^[1-9]\d*\/999 requests/m)
    expectExit(await external('moving', '--port', '80', '--to', `${one.address},${two.address}`), 0)
    await place.proxiesFollow()
    // All of them change at once: the new ones are there before the old ones go.
    expectExit(await external('moving', '--port', '80', '--to', third.address), 0)
    const ended = await probe.ended
    const { status } = reportOf(ended)
    expect(status.totals).toMatchObject({ answered: 999 })
    const names = backendsOf(ended)
    for (const { backend } of [one, two, third]) expect(names.some((name) => backend.test(name))).toBe(true)
  })

  test('backends that do not say who they are, told apart by what each answers directly', async () => {
    expectExit(
      await external('shy', '--port', '80', '--to', `${one.address},${two.address}`, '--affinity', '60s'),
      0,
    )
    await place.proxiesFollow()
    // What the rule takes out of an answer names no address: which backend it is of was learned before.
    const words = ['svc/shy', '--identify', String.raw`regex:backend\[(?:.*-)?([0-9a-z]+)\]`, '--fingerprint']
    const json = await place.probe([...words, '-o', 'json'])
    expectExit(json, 0)
    const { status } = reportOf(json)
    expect(status.recognition.by).toBe('fingerprint')
    expect(backendsOf(json).every((name) => [one.address, two.address].includes(name))).toBe(true)
    expect(backendsOf(json)).toHaveLength(1)
    expect(status.direct?.map(({ address }) => address).sort()).toEqual([one.address, two.address].sort())
    for (const { from } of status.direct ?? []) {
      expect(from.map(({ node }) => node)).toEqual(site.nodes)
      expect(from.every(({ answered, requests }) => answered === requests)).toBe(true)
    }
  })

  scenario('both families, one set of slices for each', ['IPv6'], async () => {
    const words = ['--port', '80', '--affinity', '60s', '--to']
    const made = await external('dual', ...words, `${one.address},${one.ipv6}`)
    expectExit(made, 0)
    const families = (await slices('dual')).map(
      ({ addressType, endpoints }) => `${addressType} ${endpoints.length}`,
    )
    expect(families.sort()).toEqual(['IPv4 1', 'IPv6 1'])
    const six = await external('six', ...words, `${one.ipv6},[${two.ipv6}]:80`)
    expectExit(six, 0)
    const clusterIP = await place.kubectl('get', 'service', 'six', '-o', 'jsonpath={.spec.clusterIP}')
    expect(clusterIP).toMatch(/:/)
    await place.proxiesFollow()
    const probe = await place.probe(['svc/six', ...identify, '-o', 'json'])
    expectExit(probe, 0)
    expect(backendsOf(probe)).toHaveLength(1)
    expect([one, two].some(({ backend }) => backend.test(backendsOf(probe)[0]!))).toBe(true)
    // The second family comes later, beside the first, which cannot change.
    const grown = await external('six', '--port', '80', '--to', `${one.ipv6},${one.address}`)
    expectExit(grown, 0)
    expect(await place.kubectl('get', 'service', 'six', '-o', 'jsonpath={.spec.ipFamilies}')).toBe(
      '["IPv6","IPv4"]',
    )
  })
})

describeOnce('external, what it refuses', () => {
  const { place, external, isThere } = useExternal()
  let clusterIP = ''
  let podIP = ''
  let peer: Peer

  beforeAll(async () => {
    peer = await site.peer()
    await place.deploy(
      deployment('web', 1, {
        name: 'server',
        image: site.images.node,
        ports: [{ containerPort: 8080 }],
        command: ['node', '-e', "require('node:http').createServer((_, r) => r.end()).listen(8080)"],
      }),
      service('web'),
      service('balanced', { of: 'web', spec: { type: 'LoadBalancer' } }),
      service('headless', { spec: { clusterIP: 'None', selector: null } }),
      service('alias', { spec: { type: 'ExternalName', externalName: 'db.example', selector: null } }),
      service('handmade', { spec: { selector: null } }),
    )
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } })
    await place.kubectl('patch', 'service', 'balanced', '--subresource=status', '--type=merge', '-p', status)
    clusterIP = await place.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')
    podIP = await place.kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].status.podIP}')
  })

  const refused = async (words: readonly string[], why: RegExp, code = 1): Promise<void> => {
    const ended = await external('refused', ...words)
    expectExit(ended, code)
    expect(ended.stderr).toMatch(why)
    expect(ended.stderr).not.toMatch(/^ +at /m)
    expect(ended.stdout).toBe('')
    expect(await isThere('service/refused')).toBe(false)
  }
  const to = (address: string): string[] => ['--port', '80', '--to', address]

  test.each([
    ['127.0.0.1', /127\.0\.0\.1 cannot be a backend: it is a loopback address/],
    ['::1', /::1 .* loopback/],
    ['169.254.169.254', /169\.254\.169\.254 .* link-local/],
    ['fe80::1', /fe80::1 .* link-local/],
    ['224.0.0.251', /224\.0\.0\.251 .* multicast/],
    ['ff02::1', /ff02::1 .* multicast/],
    ['0.0.0.0', /0\.0\.0\.0 .* unspecified/],
    ['::', /:: .* unspecified/],
    [
      '203.0.113.7',
      /it is the load balancer of service\/balanced in namespace \S+ of this cluster itself: a loop/,
    ],
    ['192.0.2.7,192.0.2.7:80', /192\.0\.2\.7:80 is given twice: by 192\.0\.2\.7 and by 192\.0\.2\.7:80/],
  ])('%s', async (address, why) => {
    await refused(to(address), why)
  })

  test("this cluster's own Service range, cluster IPs, pods and pod networks", async () => {
    await refused(
      to(clusterIP),
      /it is the cluster IP of service\/web in namespace \S+ of this cluster itself/,
    )
    const free = clusterIP
      .replace(/\.\d+\.\d+$/, '.111.251')
      .replace(/^(\d+\.\d+)\.111/, site.name.includes('sandbox') ? '$1.99' : '$1.111')
    await refused(to(free), /in this cluster's own Service range \S+: a Service cannot lead to another one/)
    await refused(
      to(podIP),
      /it is pod\/web-\S+ in namespace \S+ of this cluster: give the Service a selector instead/,
    )
    // The last address of a network is never a pod's.
    await refused(to(podIP.replace(/\d+$/, '255')), /it is in the pod network \S+ of node\d of this cluster/)
  })

  test('several at once are refused, each with its reason', async () => {
    await refused(
      to(`127.0.0.1,192.0.2.9,${clusterIP}`),
      /^error: 2 of the backends cannot be used\n {2}127\.0\.0\.1 .*loopback.*\n {2}\S+ .*cluster IP/,
    )
  })

  test.each([
    [['--port', '80', '--to', 'db.example'], /"db\.example" for "--to" flag: must be an IP address/],
    [['--port', '80,81', '--to', '192.0.2.7'], /port 80 has no name/],
    [['--port', 'x', '--to', '192.0.2.7'], /"x" for "--port" flag/],
    [['--to', '192.0.2.7'], /the ports of the Service are required/],
    [['--port', '80:a,81:b', '--to', '192.0.2.7:80'], /which of the 2 ports is meant/],
    [['--port', '80'], /where do the backends come from\?/],
    [['--port', '80', '--to', '192.0.2.7', '--from', 'svc/x'], /--to and --from cannot be used together/],
    [['--port', '80', '--to', '192.0.2.7', '--watch'], /--watch needs --from/],
    [['--from', 'svc/x'], /--from needs the other cluster/],
    [['--from', 'pod/x', '--from-context', 'y'], /must be svc\/NAME, gateway\/NAME or ingress\/NAME/],
    [['--port', '80', '--to', '192.0.2.7', '--affinity', '25h'], /between 1s and 86400s/],
  ])('usage: %j', async (words, why) => {
    await refused(words, why, 2)
  })

  test('Services that it must not write to are refused, with why', async () => {
    for (const [name, why] of [
      [
        'web',
        /service\/web not changed: it has a selector \(app=web\), and the controller behind that keeps writing[^]* kubectl patch svc web -n /,
      ],
      ['headless', /a headless Service has no address of its own/],
      ['alias', /an ExternalName Service is an alias in DNS/],
      ['handmade', /it exists and was not made by this command\n {2}take it over.* {2}--adopt/],
    ] as const) {
      const ended = await external(name, ...to('192.0.2.7'))
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(why)
    }
  })

  test('objects of the other cluster that are not there, or have no such port', async () => {
    await peer.balance('refused-lb', 31)
    await refused(
      [...peer.flags, '--from', 'svc/nobody'],
      /svc\/nobody: service "nobody" not found in namespace/,
    )
    await refused(
      [...peer.flags, '--from', 'svc/refused-lb', '--port', '53/UDP'],
      /svc\/refused-lb has no port that port 53\/UDP could mean: it has 80:http/,
    )
    await refused(['--from-context', 'nowhere', '--from', 'svc/x'], /context "nowhere" does not exist/)
  })

  test('the same cluster under another context is refused', async () => {
    await refused(
      ['--from-context', site.restrictedUsers[0] ?? '', '--from', 'svc/web'],
      /leads to the same API server as the Service's own cluster/,
    )
  })

  test('a user who may not: the Role is printed, and nothing is written', async () => {
    const ended = await run(site, ['external', 'refused', ...to('192.0.2.7'), '-n', place.name], {
      context: site.restrictedUsers[0] ?? '',
    })
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/cannot (get|list) resource/)
    expect(ended.stderr).toContain('metadata: {name: kubectl-affinity-external')
    expect(await isThere('service/refused')).toBe(false)
  })

  test('a right that is missing for a part: nothing of the rest is done', async () => {
    const user = site.restrictedUsers[2] ?? ''
    expectExit(await external('halved', ...to('192.0.2.7')), 0)
    await bindRole(place, user, {
      rules: [
        { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
      ],
    })
    const before = await place.kubectl(
      'get',
      'service',
      'halved',
      '-o',
      'jsonpath={.metadata.resourceVersion}',
    )
    for (const name of ['halved', 'refused']) {
      const ended = await run(
        site,
        ['external', name, '--port', '81', '--to', '192.0.2.8', '-n', place.name],
        {
          context: user,
        },
      )
      expectExit(ended, 1)
      expect(ended.stderr, ended.stderr).toMatch(/cannot (patch|create) resource "endpointslices"/)
    }
    expect(
      await place.kubectl('get', 'service', 'halved', '-o', 'jsonpath={.metadata.resourceVersion}'),
    ).toBe(before)
    expect(await isThere('service/refused')).toBe(false)
  })

  test('with nothing but that Role it works, and says what could not be checked', async () => {
    const user = site.restrictedUsers[1] ?? ''
    await bindRole(place, user, {
      rules: [
        { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
        {
          apiGroups: ['discovery.k8s.io'],
          resources: ['endpointslices'],
          verbs: ['list', 'create', 'patch', 'delete'],
        },
      ],
    })
    const options = { context: user }
    const made = await run(site, ['external', 'mine', ...to('192.0.2.7'), '-n', place.name], options)
    expectExit(made, 0)
    expect(made.stderr).toMatch(/Warning: not checked, as you may not read them: /)
    const gone = await run(site, ['external', 'delete', 'mine', '-n', place.name], options)
    expectExit(gone, 0)
  })
})

describeOnce('external, its objects', () => {
  const { place, external, slices, addresses, isThere } = useExternal()
  let peer: Peer

  beforeAll(async () => {
    peer = await site.peer()
  })

  test('list shows them with their origin, delete removes its own and nothing else', async () => {
    const { address } = await peer.balance('listed-lb', 41)
    expectExit(
      await external(
        'typed',
        '--port',
        '80:http,443:https',
        '--to',
        '192.0.2.7,192.0.2.8',
        '--affinity',
        '5m',
      ),
      0,
    )
    expectExit(await external('read', ...peer.flags, '--from', 'svc/listed-lb'), 0)
    const listed = await external('list')
    expect(listed.stdout).toMatch(/^NAME +PORTS +AFFINITY +ADDRESSES +FROM +AGE\n/)
    expect(listed.stdout).toMatch(/^typed +80:http,443:https +ClientIP 5m0s +2 +--to +\d+s$/m)
    expect(listed.stdout).toMatch(/^read +80:http +None +1 +\S+: svc\/listed-lb +\d+s$/m)
    const wide = await external('list', '-o', 'wide')
    expect(wide.stdout).toMatch(new RegExp(`^read +80:http +None +${address}:80 +svc/listed-lb +\\d+s$`, 'm'))
    const json: { kind: string; items: { kind: string }[] } = JSON.parse(
      (await external('list', '-o', 'json')).stdout,
    )
    expect(json.items.map(({ kind }) => kind).sort()).toEqual([
      'EndpointSlice',
      'EndpointSlice',
      'Service',
      'Service',
    ])

    const mine = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'by-hand', labels: { 'kubernetes.io/service-name': 'other' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.99'] }],
      ports: [{ name: '', port: 80 }],
    }
    await place.apply(service('other', { spec: { selector: null } }), mine)
    const not = await external('delete', 'other')
    expectExit(not, 1)
    expect(not.stderr).toMatch(/service\/other was not made by this command: nothing is deleted/)
    const dry = await external('delete', 'typed', '--dry-run=server')
    expect(dry.stdout).toMatch(/^service\/typed deleted \(server dry run\)\n/)
    expect(await isThere('service/typed')).toBe(true)
    const gone = await external('delete', 'typed', 'nobody', 'read')
    expectExit(gone, 1)
    expect(gone.stdout).toMatch(
      /^service\/typed deleted\nendpointslice\.discovery\.k8s\.io\/typed-external-ipv4-80-443-1 deleted\nservice\/read deleted\n/,
    )
    expect(gone.stderr).toMatch(/services "nobody" not found/)
    expect(await addresses('typed')).toEqual([])
    expect(await addresses('other')).toEqual(['192.0.2.99'])
    const none = await external('list')
    expect([none.stdout, none.stderr]).toEqual(['', `No resources found in ${place.name} namespace.\n`])
  })

  test('the slices go with the Service when somebody deletes that', async () => {
    expectExit(await external('gone', '--port', '80', '--to', '192.0.2.7'), 0)
    await place.kubectl('delete', 'service', 'gone')
    await expect.poll(() => addresses('gone'), { timeout: 20_000 }).toEqual([])
  })

  test('250 addresses in three slices; one less changes one slice', async () => {
    const all = Array.from({ length: 250 }, (_, n) => `198.51.${n >> 7}.${n & 127}`)
    expectExit(await external('many', '--port', '80', '--to', all.join(',')), 0)
    expect((await slices('many')).map(({ endpoints }) => endpoints.length)).toEqual([100, 100, 50])
    const less = await external('many', '--port', '80', '--to', all.slice(1).join(','), '-v=6')
    expectExit(less, 0)
    const written = less.stderr.split('\n').filter((line) => /^PATCH .*endpointslices/.test(line))
    // Once in the rehearsal, once for good.
    expect(written).toHaveLength(2)
    expect(await addresses('many')).toHaveLength(249)
    const kept = await external('many', '--port', '80', '--to', '198.51.100.1', '--prune=false')
    expectExit(kept, 0)
    expect(await addresses('many')).toHaveLength(250)
    const renamed = await external('many', '--port', '80:web', '--to', '198.51.100.2', '--prune=false')
    expectExit(renamed, 1)
    expect(renamed.stderr).toMatch(
      /would stay with the port name none, which the Service has no longer \("web"\)/,
    )
    expectExit(await external('many', '--port', '80:web', '--to', '198.51.100.2'), 0)
    expect((await slices('many')).map(({ ports }) => ports[0]?.name)).toEqual(['web'])
  })

  test('enable and disable work on it, and stay in force when it is run again', async () => {
    expectExit(await external('kept', '--port', '80', '--to', '192.0.2.7,192.0.2.8'), 0)
    expectExit(await run(site, ['enable', 'svc/kept', '--timeout', '7m', '-n', place.name]), 0)
    const again = await external('kept', '--port', '80', '--to', '192.0.2.7,192.0.2.9')
    expectExit(again, 0)
    expect(again.stdout).toContain('affinity   ClientIP 7m0s')
    expectExit(await external('kept', '--port', '80', '--to', '192.0.2.7,192.0.2.9', '--affinity', '8m'), 0)
    expectExit(await run(site, ['disable', 'svc/kept', '-n', place.name]), 0)
  })

  test('the undo of a change brings the addresses back', async () => {
    expectExit(
      await external('undone', '--port', '80', '--to', '192.0.2.7,192.0.2.8:80', '--affinity', '9m'),
      0,
    )
    const changed = await external('undone', '--port', '80', '--to', '192.0.2.9', '--affinity', 'none')
    const undo = /^undo {3}kubectl affinity ([\s\S]*?)\nprove/m.exec(changed.stdout)?.[1] ?? ''
    expectExit(await run(site, undo.replaceAll('\\\n', '').trim().split(/\s+/)), 0)
    expect(await addresses('undone')).toEqual(['192.0.2.7', '192.0.2.8'])
    expect(
      await place.kubectl('get', 'service', 'undone', '-o', 'jsonpath={.spec.sessionAffinityConfig}'),
    ).toMatch(/540/)
  })

  test('what -o yaml prints can be applied, and -o name prints the objects', async () => {
    const words = ['printed', '--port', '80', '--to', '192.0.2.7', '--affinity', '60s']
    const yaml = await external(...words, '--dry-run=client', '-o', 'yaml')
    expect(yaml.stdout).toMatch(/sessionAffinity: ClientIP[\s\S]*kind: EndpointSlice/)
    expect(await isThere('service/printed')).toBe(false)
    // What is printed can be applied.
    expect(
      (await site.kubectl(['apply', '--dry-run=server', '-f', '-', '-n', place.name], yaml.stdout)).split(
        '\n',
      ),
    ).toHaveLength(3)
    const name = await external(...words, '-o', 'name')
    expect(name.stdout).toBe('service/printed\nendpointslice.discovery.k8s.io/printed-external-ipv4-80-1\n')
  })

  test('an address that is pending is waited for', async () => {
    const pending = await peer.balance('pending-lb', 51, true)
    const at = await external('waited', ...peer.flags, '--from', 'svc/pending-lb')
    expectExit(at, 1)
    expect(at.stderr).toMatch(
      /svc\/pending-lb of context "\S+" has no address yet \(pending\)\n {2}wait for it: {2}--wait/,
    )
    expect(await isThere('service/waited')).toBe(false)
    const waiting = start(site, [
      'external',
      'waited',
      ...peer.flags,
      '--from',
      'svc/pending-lb',
      '--wait',
      '-n',
      place.name,
    ])
    await waiting.printed(/waiting for an address of svc\/pending-lb/)
    await pending.setAddress(true)
    expectExit(await waiting.ended, 0)
    expect(await addresses('waited')).toEqual([pending.address])
    await pending.setAddress(false)
    const short = await external(
      'waited',
      ...peer.flags,
      '--from',
      'svc/pending-lb',
      '--wait',
      '--wait-timeout',
      '1s',
    )
    expectExit(short, 1)
    expect(await addresses('waited')).toEqual([pending.address])
  })

  test('a load balancer with a host name: resolved, and said that it may change', async () => {
    await peer.balance('named-lb', 52, true)
    const hostnames = (hostname: string): Promise<string> =>
      peer.kubectl([
        'patch',
        'service',
        'named-lb',
        '--subresource=status',
        '--type=merge',
        '-p',
        JSON.stringify({ status: { loadBalancer: { ingress: [{ hostname }] } } }),
      ])
    await hostnames('nobody.invalid')
    const unknown = await external('named', ...peer.flags, '--from', 'svc/named-lb')
    expectExit(unknown, 1)
    expect(unknown.stderr).toMatch(
      /svc\/named-lb has the host name nobody\.invalid, which cannot be resolved here/,
    )
    // A name that every machine knows, for an address that is refused: by then it was resolved.
    await hostnames('localhost')
    const local = await external('named', ...peer.flags, '--from', 'svc/named-lb')
    expectExit(local, 1)
    expect(local.stderr).toMatch(/\(svc\/named-lb \(localhost\)\) cannot be a backend: it is a loopback/)
    expect(await isThere('service/named')).toBe(false)
    // A hosts file of its own says where the name leads.
    const hosts = join(temporaryFolder(), 'hosts')
    writeFileSync(hosts, '127.0.0.1 localhost\n198.51.100.77 lb.example\n')
    await hostnames('lb.example')
    const words = ['external', 'named', ...peer.flags, '--from', 'svc/named-lb', '-n', place.name]
    const { stdout, stderr } = await shell(
      site,
      `unshare --map-root-user --mount sh -c 'mount --bind ${hosts} /etc/hosts && exec kubectl affinity ${words.join(' ')}'`,
    )
    expect(`${stdout}${stderr}`).toMatch(/\+ 198\.51\.100\.77:80 +svc\/named-lb \(lb\.example\)/)
    expect(stdout).toMatch(
      /svc\/named-lb has the host name lb\.example: the addresses behind a name may change/,
    )
    expect(await addresses('named')).toEqual(['198.51.100.77'])
  })

  test('fields that another manager declares are his, unless they are taken', async () => {
    const theirs = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'declared' },
      spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }] },
    })
    await site.kubectl(
      ['apply', '--server-side', '--field-manager=gitops', '-n', place.name, '-f', '-'],
      theirs,
    )
    const words = ['declared', '--port', '80', '--to', '192.0.2.7:9090', '--adopt']
    const refused = await external(...words)
    expectExit(refused, 1)
    expect(refused.stderr).toMatch(/service\/declared not changed: conflict with "gitops".*targetPort/)
    expect(await addresses('declared')).toEqual([])
    expectExit(await external(...words, '--force-conflicts'), 0)
    expect(await addresses('declared')).toEqual(['192.0.2.7'])
  })

  test('Ingresses and node ports of the other cluster', async () => {
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop' },
      spec: {
        tls: [{ hosts: ['shop.example'] }],
        defaultBackend: { service: { name: 'x', port: { number: 80 } } },
      },
    }
    await peer.kubectl(['apply', '-f', '-'], JSON.stringify(ingress))
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '198.51.100.20' }] } } })
    await peer.kubectl(['patch', 'ingress', 'shop', '--subresource=status', '--type=merge', '-p', status])
    const made = await external('front', ...peer.flags, '--from', 'ingress/shop')
    expectExit(made, 0)
    expect(made.stdout).toContain('80:http, 443:https')
    expect(made.stdout).toMatch(/ingress\/shop picks its backends by host name and path/)
    expect(await addresses('front')).toEqual(['198.51.100.20'])

    const ported = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ported' },
      spec: {
        type: 'NodePort',
        selector: { app: 'none' },
        ports: [{ name: 'http', port: 80 }],
      },
    }
    await peer.kubectl(['apply', '-f', '-'], JSON.stringify(ported))
    const port = await peer.kubectl(['get', 'service', 'ported', '-o', 'jsonpath={.spec.ports[0].nodePort}'])
    for (const [name, ready] of [
      ['extern-1', 'True'],
      ['extern-2', 'False'],
    ] as const) {
      const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } }
      await peer.kubectl(['apply', '-f', '-'], JSON.stringify(node))
      const state = {
        status: {
          addresses: [{ type: 'InternalIP', address: `198.51.101.${name.at(-1)}` }],
          conditions: [{ type: 'Ready', status: ready }],
        },
      }
      await peer.kubectl([
        'patch',
        'node',
        name,
        '--subresource=status',
        '--type=merge',
        '-p',
        JSON.stringify(state),
      ])
    }
    const without = await external('ports', ...peer.flags, '--from', 'svc/ported')
    expectExit(without, 1)
    expect(without.stderr).toMatch(/of type NodePort: it has no address[\s\S]*--node-port/)
    const ports = await external('ports', ...peer.flags, '--from', 'svc/ported', '--node-port')
    expectExit(ports, 0)
    expect(ports.stdout).toContain(`80:http → ${port}`)
    expect(ports.stdout).toMatch(new RegExp(String.raw`198\.51\.101\.1:${port} +svc/ported on extern-1`))
    expect(await addresses('ports')).not.toContain('198.51.101.2')
  })

  scenario('Gateways of the other cluster', ['custom resources'], async () => {
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: 'gateways.gateway.networking.k8s.io',
        annotations: {
          'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/1',
        },
      },
      spec: {
        group: 'gateway.networking.k8s.io',
        scope: 'Namespaced',
        names: { kind: 'Gateway', plural: 'gateways', singular: 'gateway' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    }
    await peer.kubectl(['apply', '-f', '-'], JSON.stringify(crd))
    await peer.kubectl(['wait', '--for=condition=Established', `crd/${crd.metadata.name}`, '--timeout=30s'])
    const gateway = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'edge' },
      spec: {
        listeners: [
          { name: 'web', port: 80, protocol: 'HTTP' },
          { name: 'web-b', port: 80, protocol: 'HTTP' },
        ],
      },
      status: { addresses: [{ type: 'IPAddress', value: '198.51.100.30' }] },
    }
    await expect
      .poll(
        () =>
          peer.kubectl(['apply', '-f', '-'], JSON.stringify(gateway)).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true)
    const made = await external('edge', ...peer.flags, '--from', 'gateway/edge', '--port', '8080')
    expectExit(made, 0)
    expect(made.stdout).toContain('8080 → 80')
    expect(await addresses('edge')).toEqual(['198.51.100.30'])
  })

  describe('--adopt', () => {
    test('slices that somebody wrote', async () => {
      const labels = { 'kubernetes.io/service-name': 'hand' }
      const slice = (name: string): object => ({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'hand-1', labels },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.0.2.61'] }, { addresses: ['192.0.2.62'] }],
        ports: [{ name, port: 8080 }],
      })
      await place.apply(
        service('hand', { spec: { selector: null }, ports: [{ name: 'http', port: 80 }] }),
        slice('web'),
      )
      const mismatch = await external('hand', '--adopt')
      expectExit(mismatch, 1)
      expect(mismatch.stderr).toMatch(
        /endpointslice\/hand-1 has "web", the Service "http": they go together by name only/,
      )
      await place.apply(slice('http'))
      const adopted = await external('hand', '--adopt', '--affinity', '60s')
      expectExit(adopted, 0)
      expect(adopted.stdout).toMatch(/endpointslice\.discovery\.k8s\.io\/hand-1 deleted/)
      expect(adopted.stdout).toContain('80:http → 8080')
      expect((await slices('hand')).map(({ metadata }) => metadata.name)).toEqual([
        'hand-external-ipv4-8080-1',
      ])
      expect(await addresses('hand')).toEqual(['192.0.2.61', '192.0.2.62'])
      const deleted = await external('delete', 'hand')
      expectExit(deleted, 0)
      expect(deleted.stderr).toMatch(/service\/hand stays: it was there before external/)
      expect(await isThere('service/hand')).toBe(true)
      expect(await addresses('hand')).toEqual([])
    })

    test('slices left from a selector', async () => {
      await place.deploy(
        deployment('leaving', 1, {
          name: 'server',
          image: site.images.node,
          command: ['node', '-e', 'setInterval(() => {}, 1000)'],
          ports: [{ containerPort: 8080 }],
        }),
        service('leaving'),
      )
      await expect.poll(() => addresses('leaving'), { timeout: 20_000 }).toHaveLength(1)
      await place.kubectl(
        'patch',
        'service',
        'leaving',
        '--type=json',
        '-p',
        '[{"op":"remove","path":"/spec/selector"}]',
      )
      const stale = await external(
        'leaving',
        '--port',
        '80',
        '--to',
        '192.0.2.7',
        '--adopt',
        '--dry-run=client',
      )
      expectExit(stale, 0)
      const adopted = await external('leaving', '--port', '80', '--to', '192.0.2.7', '--adopt')
      expectExit(adopted, 0)
      await expect.poll(() => addresses('leaving'), { timeout: 10_000 }).toEqual(['192.0.2.7'])
    })

    scenario('an Endpoints object, without a gap', ['Endpoints API', 'IPv6'], async () => {
      const endpoints = {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'legacy' },
        subsets: [{ addresses: [{ ip: '10.89.2.7' }, { ip: '10.89.2.8' }], ports: [{ port: 80 }] }],
      }
      await place.apply(service('legacy', { spec: { selector: null }, ports: [{ port: 9000 }] }), endpoints)
      await expect.poll(() => addresses('legacy'), { timeout: 20_000 }).toHaveLength(2)
      const refused = await external('legacy', '--port', '9000', '--to', '10.89.2.9', '--adopt=false')
      expectExit(refused, 1)
      expect(refused.stderr).toMatch(/it exists and was not made by this command/)
      await place.proxiesFollow()
      const probe = place.startProbe([
        'svc/legacy',
        ...identify,
        '--requests',
        '400',
        '--interval',
        '20ms',
        '--expect',
        'spread',
        '-o',
        'json',
      ])
      await probe.printed(/^[1-9]\d*\/400 requests/m)
      const adopted = await external('legacy', '--adopt')
      expectExit(adopted, 0)
      expect(adopted.stdout).toContain('- endpoints/legacy deleted')
      expect(await isThere('endpoints/legacy')).toBe(false)
      expect(
        (await slices('legacy')).map(
          ({ metadata }) => metadata.labels['endpointslice.kubernetes.io/managed-by'],
        ),
      ).toEqual(['kubectl-affinity'])
      const ended = await probe.ended
      expect(reportOf(ended).status.totals).toMatchObject({ answered: 400 })
      expect(backendsOf(ended)).toHaveLength(2)
    })

    scenario('an Endpoints object without a Service is explained', ['Endpoints API'], async () => {
      const endpoints = {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'lonely' },
        subsets: [{ addresses: [{ ip: '10.89.2.7' }], ports: [{ port: 80 }] }],
      }
      await place.apply(endpoints, service('lonely', { spec: { selector: null } }))
      await expect.poll(() => addresses('lonely'), { timeout: 20_000 }).toHaveLength(1)
      await place.kubectl('label', 'service', 'lonely', 'affinity.kubectl.dev/external=made')
      const refused = await external('lonely', '--port', '80', '--to', '10.89.2.9')
      expectExit(refused, 1)
      expect(refused.stderr).toMatch(
        /there is endpoints\/lonely, which a controller mirrors into endpointslice\/lonely-\S+\n.*deprecated since Kubernetes 1\.33/,
      )
    })
  })
})

describeOnce('external --watch', () => {
  const { place, addresses } = useExternal()

  test('follows the other cluster through a restart of its API server, and stops cleanly', async () => {
    const peer = await site.peer()
    const one = await peer.balance('watched1-lb', 61)
    const two = await peer.balance('watched2-lb', 62, true)
    await two.setAddress(true)
    const watch: Running = start(site, [
      'external',
      'watched',
      ...peer.flags,
      '--from',
      'svc/watched1-lb,svc/watched2-lb',
      '--watch',
      '-n',
      place.name,
    ])
    await watch.printed(/following svc\/watched1-lb, svc\/watched2-lb of context/, 'stdout')
    expect(await addresses('watched')).toEqual([one.address, two.address].sort())

    await two.setAddress(false)
    await watch.printed(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}- ${two.address}:80`, 'm'), 'stdout')
    expect(await addresses('watched')).toEqual([one.address])

    await peer.stopApiServer()
    try {
      await watch.printed(/no contact with context "\S+" \(.*\): the last endpoint stays/, 'stdout')
      expect(await addresses('watched')).toEqual([one.address])
    } finally {
      await peer.startApiServer()
    }
    await watch.printed(/context "\S+" answers again/, 'stdout')
    await two.setAddress(true)
    await watch.printed(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}\\+ ${two.address}:80`, 'm'), 'stdout')
    expect(await addresses('watched')).toEqual([one.address, two.address].sort())

    // The last ones are never taken away.
    await one.setAddress(false)
    await watch.printed(new RegExp(`- ${one.address}:80`), 'stdout')
    await two.setAddress(false)
    await watch.printed(/the last endpoints stay/, 'stdout')
    expect(await addresses('watched')).toEqual([two.address])

    watch.kill('SIGINT')
    const ended = await watch.ended
    expect([ended.code ?? ended.signal]).toEqual([130])
    expect(await addresses('watched')).toEqual([two.address])
  })
})
