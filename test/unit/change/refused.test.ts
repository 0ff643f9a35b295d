/** What is told where a change cannot be made. */
import { describe, expect, it } from 'vitest'
import { ableTo, choose } from '../../../src/change/carry/choose.ts'
import { strays } from '../../../src/change/carry/migrate.ts'
import { editOthers } from '../../../src/change/manifest/others.ts'
import { noServices, refuseInFile, refuseOtherNamespace } from '../../../src/change/manifest/refuse.ts'
import { targetsIn } from '../../../src/change/manifest/targets.ts'
import { explainProblem, explainWaitProblem, ownedByOthers } from '../../../src/change/write/problems.ts'
import { hintText } from '../../../src/cli/remedies.ts'
import { ApiError } from '../../../src/cluster/index.ts'
import { ingresses } from '../../../src/mechanisms/ingress/objects.ts'
import { virtualServers } from '../../../src/mechanisms/nginx-inc/virtual-server.ts'
import { services } from '../../../src/mechanisms/service/objects.ts'
import type { KubernetesObject, Service } from '../../../src/model/cluster/kubernetes.ts'
import { storeOf } from '../../../src/model/cluster/store.ts'
import { UserError } from '../../../src/model/common/user-error.ts'
import { objectOf } from '../mechanisms/objects.ts'

/** The lines of what is thrown, or given back. */
function told(made: () => unknown): string[] {
  let error: unknown
  try {
    error = made()
  } catch (thrown) {
    error = thrown
  }
  if (!(error instanceof UserError)) throw error
  return [error.message, ...error.hints.map(hintText)]
}

const web = objectOf('v1', 'Service', 'web', { ports: [{ port: 80 }] })
const front = objectOf('networking.k8s.io/v1', 'Ingress', 'front', { rules: [] })
const cookie = { verb: 'enable', by: { kind: 'cookie', name: 'route' } } as const

describe('nobody is there who could do it', () => {
  const ask = (object: KubernetesObject, named: string | undefined): (() => unknown) => {
    const type = object === web ? services : ingresses
    return () => choose(ableTo(type, named), object, { request: cookie, with: named }, storeOf(new Map()))
  }

  it('a Service is asked to know cookies', () => {
    expect(told(ask(web, undefined))).toStrictEqual([
      'service/web not changed: a Service itself knows clients by their address only',
      'cookies and headers are up to what stands in front of it: name that, such as ingress/NAME',
      expect.stringMatching(/^or say who is to do it: {2}--with .*kong/),
    ])
  })

  it('who is named has no say there', () => {
    expect(told(ask(front, 'istio'))).toStrictEqual([
      'ingress/front not changed: what istio writes has no effect there',
      'leave --with out: who serves it is found by itself',
    ])
  })
})

describe('a VirtualServer of NGINX', () => {
  const server = (spec: object): KubernetesObject =>
    objectOf('k8s.nginx.org/v1', 'VirtualServer', 'front', { host: 'shop.example', ...spec })
  const upstreams = [{ name: 'a', service: 'web', port: 80 }]
  const splits = [90, 10].map((weight) => ({ weight, action: { pass: 'a' } }))

  it.each([
    ['has no upstreams', {}, /^it has no upstreams of its own$/],
    [
      'sends to the cluster IP',
      { upstreams: [{ ...upstreams[0], 'use-cluster-ip': true }] },
      /^with use-cluster-ip: true NGINX sends to the cluster IP/,
    ],
    [
      'splits requests',
      { upstreams, routes: [{ path: '/', splits }] },
      /^a split draws the upstream for each request, whatever cookie it brings$/,
    ],
  ])('that %s', (_, spec, why) => {
    const [message] = told(() =>
      choose(
        ableTo(virtualServers, undefined),
        server(spec),
        { request: cookie, with: undefined },
        storeOf(new Map()),
      ),
    )
    expect(message?.replace('virtualserver/front not changed: ', '')).toMatch(why)
  })
})

describe('files', () => {
  const file = (name: string, ...objects: readonly object[]) => ({
    name,
    named: true,
    text: objects.map((one) => JSON.stringify(one)).join('\n---\n'),
  })

  it.each<[string, Service['spec'], string]>([
    [
      'an alias',
      { type: 'ExternalName' },
      'an ExternalName Service is an alias in DNS: what it leads to decides',
    ],
    [
      'headless',
      { clusterIP: 'None' },
      'a headless Service has no address of its own: clients pick a pod themselves',
    ],
  ])('a Service that is %s', (_, spec, why) => {
    expect(told(() => refuseInFile({ ...web, spec } as Service))).toStrictEqual([
      `service/web not changed: ${why}`,
    ])
  })

  it('an object of another namespace', () => {
    expect(told(() => refuseOtherNamespace({ namespace: 'shop' }, 'blog'))).toStrictEqual([
      'the namespace from the provided object "shop" does not match the namespace "blog"',
      "You must pass '--namespace=shop' to perform this operation.",
    ])
    expect(() => refuseOtherNamespace({ namespace: 'shop' }, 'shop')).not.toThrow()
    expect(() => refuseOtherNamespace({}, 'blog')).not.toThrow()
  })

  it('none, or none with a Service', () => {
    expect(told(() => noServices([]))).toStrictEqual([
      'there is no file that ends with .json, .yaml or .yml',
      '-R looks into the folders below as well',
    ])
    expect(told(() => noServices([file('a.yaml'), file('b "c".yaml')]))).toStrictEqual([
      'there is no Service in "a.yaml", "b \\"c\\".yaml"',
    ])
  })

  it('what stands in front is found by its name, and told where there is none', () => {
    const files = [file('a.yaml', web, { ...front, metadata: { name: 'front' } }), file('b.yaml', front)]
    expect(targetsIn({ files, namespace: undefined }, 'blog')).toMatchObject([
      { kind: { name: 'ingress' }, namespace: 'blog', name: 'front' },
      { kind: { name: 'ingress' }, namespace: front.metadata.namespace, name: 'front' },
    ])
    expect(told(() => targetsIn({ files, namespace: 'other' }, 'blog'))[0]).toMatch(/does not match/)
    expect(told(() => targetsIn({ files: [file('a.yaml', web)], namespace: undefined }, 'blog'))[0]).toMatch(
      /^there is none of .*Ingress.* in "a.yaml"$/,
    )
  })
})

describe('a file of several objects', () => {
  const group = 'gateway.networking.k8s.io'
  const whole = (...objects: readonly object[]) => [
    { name: 'x.yaml', named: true, text: objects.map((one) => JSON.stringify(one)).join('\n---\n') },
  ]
  const front = objectOf(`${group}/v1`, 'HTTPRoute', 'front', {
    parentRefs: [{ name: 'gw' }],
    hostnames: ['shop.example'],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  })
  const scene = [
    front,
    objectOf(`${group}/v1`, 'Gateway', 'gw', {
      gatewayClassName: 'eg',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    }),
    objectOf(`${group}/v1`, 'GatewayClass', 'eg', {
      controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
    }),
  ]

  it('one that is nothing but affinity is not edited', () => {
    const made = objectOf('gateway.envoyproxy.io/v1alpha1', 'BackendTrafficPolicy', 'front', {
      targetRefs: [{ group, kind: 'HTTPRoute', name: 'front' }],
      loadBalancer: { type: 'ConsistentHash', consistentHash: { type: 'SourceIP' } },
    })
    const labels = { 'app.kubernetes.io/managed-by': 'kubectl-affinity' }
    const policy = { ...made, metadata: { ...made.metadata, labels } }
    expect(
      told(() => editOthers(whole(...scene, web, policy), { request: { verb: 'disable' }, with: undefined })),
    ).toStrictEqual(['backendtrafficpolicy/front is nothing but affinity: remove it from the file'])
  })

  it('nothing is brought to another mechanism from where no Service is', () => {
    const rule = {
      ...(front.spec as { rules: object[] }).rules[0],
      sessionPersistence: { sessionName: 'sid' },
    }
    const sticky = { ...front, spec: { ...(front.spec as object), rules: [rule] } }
    expect(
      told(() =>
        editOthers(whole(...scene.with(0, sticky)), {
          request: { verb: 'enable' },
          with: undefined,
          to: { destination: 'istio', instead: {} },
        }),
      ),
    ).toStrictEqual([
      'httproute/front leads to no Service that is there',
      expect.stringMatching(/^see where it leads: {2}kubectl affinity explain httproute\/front/),
    ])
  })
})

it('Services that are left out are named', () => {
  const from = { kind: 'ingress', namespace: 'default', name: 'old' }
  const carried = { from, by: cookie.by, left: [], services: ['service/a', 'service/b'] }
  expect(strays(carried, ['service/b']).map(({ message }) => message)).toStrictEqual([
    'it does not lead to service/a, to which ingress/old does',
  ])
  expect(strays(carried, ['service/b', 'service/a'])).toStrictEqual([])
})

describe('what may not be', () => {
  const refused = (path: string, message: string): ApiError =>
    new ApiError(
      { apiVersion: 'v1', kind: 'Status', code: 403, reason: 'Forbidden', message },
      { verb: 'GET', path },
    )
  const nodes = refused('/api/v1/nodes', 'nodes is forbidden: User "dev" cannot list resource "nodes"')
  const policy = refused('/api/v1/namespaces/shop/services/web', 'admission webhook denied the request')

  it('the Role that a change needs', () => {
    expect(told(() => explainProblem(nodes, 'shop')).join('\n')).toMatch(
      /^nodes is forbidden.*\nenable and disable need this Role; [\s\S]*kind: Role\b[\s\S]*namespace: shop[\s\S]*resources: \["services"\]/,
    )
    expect(explainProblem(policy, 'shop')).toBe(policy)
  })

  it('the ClusterRole that waiting needs', () => {
    expect(told(() => explainWaitProblem(nodes)).join('\n')).toMatch(
      /^nodes is forbidden.*\nwaiting asks every node and needs this ClusterRole; [\s\S]*kind: ClusterRole[\s\S]*resources: \["nodes"\]/,
    )
    expect(explainWaitProblem(policy)).toBe(policy)
  })

  it.each([
    [[{ manager: 'helm' }], 'change it in what "helm" applies'],
    [[{ manager: 'helm' }, { manager: 'argo' }], 'change it in what "helm", "argo" apply'],
  ])('fields of %j', (managers, instead) => {
    const owners = managers.map((one) => ({ ...one, operation: 'Update' as const, fields: ['.spec.x'] }))
    expect(told(() => ownedByOthers({ kind: 'Service', name: 'web' }, owners, undefined))).toStrictEqual([
      `service/web not changed, ${owners.length} conflict${owners.length === 1 ? '' : 's'}: ${managers.map(({ manager }) => `conflict with "${manager}": .spec.x`).join(', ')}`,
      instead,
      'or change it here nevertheless with --force-conflicts',
    ])
  })
})
