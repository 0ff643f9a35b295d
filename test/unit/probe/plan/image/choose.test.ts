import { describe, expect, test } from 'vitest'
import type { Node } from '../../../../../src/model/cluster/kubernetes.ts'
import { chooseImage, defaultImage, type NodesRead } from '../../../../../src/probe/plan/image/choose.ts'
import { knownImage } from '../../../../../src/probe/plan/image/known.ts'
import { parseImage } from '../../../../../src/probe/plan/image/reference.ts'

type Image = { names?: string[] | null; sizeBytes?: number }

function node(name: string, images: (string | Image)[], more: Partial<Node['spec']> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux' } },
    spec: more,
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      images: images.map((image) =>
        typeof image === 'string' ? { names: [image], sizeBytes: 10_000_000 } : image,
      ),
    },
  }
}

const read = (...nodes: Node[]): NodesRead => ({ kind: 'read', nodes, all: true })
const choose = (nodes: NodesRead, more: { node?: string; shellServes?: boolean } = {}) =>
  chooseImage(nodes, { shellServes: true, ...more })

const node22 = 'docker.io/library/node:22-alpine'
const busybox = 'docker.io/library/busybox:1.37'
const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0'

describe('chooseImage', () => {
  test('takes an image of Node that all nodes have', () => {
    expect(choose(read(node('a', [busybox, node22]), node('b', [node22, agnhost])))).toStrictEqual({
      image: node22,
      agent: 'node',
      from: 'nodes',
      why: 'all 2 nodes have it',
    })
  })

  test('prefers Node to a shell, and a newer Node to an older one', () => {
    const all = [
      agnhost,
      'docker.io/library/node:20',
      'docker.io/library/node:24',
      'docker.io/library/node:lts',
    ]
    expect(choose(read(node('a', all))).image).toBe('docker.io/library/node:24')
  })

  test('a shell that all nodes have comes before Node on some: nothing has to be pulled', () => {
    expect(choose(read(node('a', [node22, busybox]), node('b', [busybox])))).toMatchObject({
      image: busybox,
      agent: 'shell',
    })
  })

  test('prefers curl to the tools of busybox', () => {
    expect(choose(read(node('a', [busybox, agnhost])))).toMatchObject({ image: agnhost, agent: 'shell' })
  })

  test('of two that serve alike, takes the smaller one', () => {
    const small = { names: ['docker.io/library/node:22-alpine'], sizeBytes: 50 }
    const large = { names: ['docker.io/library/node:22'], sizeBytes: 400 }
    expect(choose(read(node('a', [large, small]))).image).toBe('docker.io/library/node:22-alpine')
  })

  test('takes no shell where the request needs Node', () => {
    expect(choose(read(node('a', [busybox])), { shellServes: false })).toMatchObject({
      image: defaultImage,
      from: 'default',
    })
  })

  test('an image of Node on some nodes is still better than the default; a shell on some is not', () => {
    expect(choose(read(node('a', [node22]), node('b', [])))).toMatchObject({
      image: node22,
      why: '1 of 2 nodes have it; the others have to pull it',
    })
    expect(choose(read(node('a', [busybox]), node('b', []))).image).toBe(defaultImage)
  })

  test('with --node, only what that node has counts', () => {
    const nodes = read(node('a', [node22]), node('b', [busybox]))
    expect(choose(nodes, { node: 'b' })).toMatchObject({ image: busybox, why: 'b has it' })
  })

  test.each([
    ['cordoned', node('b', [], { unschedulable: true })],
    [
      'tainted',
      node('b', [], { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }),
    ],
    [
      'not ready',
      { ...node('b', []), status: { conditions: [{ type: 'Ready', status: 'False' as const }] } },
    ],
    ['of Windows', { ...node('b', []), metadata: { name: 'b', labels: { 'kubernetes.io/os': 'windows' } } }],
  ])('does not count a node that is %s', (_name, other) => {
    expect(choose(read(node('a', [node22]), other)).why).toBe('the only node has it')
  })

  test('uses a digest where there is no tag, and never <none>', () => {
    const digest = `docker.io/library/node@sha256:${'a'.repeat(64)}`
    expect(choose(read(node('a', [{ names: [digest, node22] }]))).image).toBe(node22)
    expect(choose(read(node('a', [{ names: [digest] }]))).image).toBe(digest)
    expect(
      choose(read(node('a', [{ names: ['<none>@<none>', '<none>:<none>'] }, { names: null }]))).from,
    ).toBe('default')
  })

  test('says why it is the default', () => {
    const words = (nodes: NodesRead) => choose(nodes)
    expect(words({ kind: 'forbidden' })).toMatchObject({
      image: defaultImage,
      why: 'which images the nodes have may not be read',
    })
    expect(words({ kind: 'failed', why: 'timeout' }).why).toContain('timeout')
    expect(words(read()).why).toBe('no node was found that may run the pod')
    expect(words(read(node('a', ['docker.io/calico/node:v3.30.0']))).why).toBe(
      'no node has an image that is known to serve',
    )
  })

  test('says when not all nodes were looked at', () => {
    const some: NodesRead = { kind: 'read', nodes: [node('a', [node22]), node('b', [node22])], all: false }
    expect(choose(some).why).toBe('the 2 nodes that were looked at have it')
  })
})

describe('knownImage', () => {
  test.each([
    ['node:24', 'node'],
    ['docker.io/library/node:20.11.1-bookworm', 'node'],
    ['registry.example.com/node:24', 'node'],
    ['mirror.example.com:5000/dockerhub/library/node:22', 'node'],
    ['registry.access.redhat.com/ubi9/nodejs-22:latest', 'node'],
    ['cgr.dev/chainguard/node:latest', 'node'],
    ['docker.io/lab/node:1', 'node'],
    ['busybox', 'shell'],
    ['docker.io/library/alpine:3.22', 'shell'],
    ['docker.io/library/redis:7-alpine', 'shell'],
    ['docker.io/library/postgres:17-alpine3.22', 'shell'],
    ['docker.io/library/nginx:1.29', 'shell'],
    ['docker.io/nicolaka/netshoot:v0.13', 'shell'],
    [agnhost, 'shell'],
  ])('%s holds %s', (name, agent) => {
    expect(knownImage(name)?.agent).toBe(agent)
  })

  test.each([
    'docker.io/calico/node:v3.30.0',
    'docker.io/kindest/node:v1.36.0',
    'docker.io/library/node:16-alpine',
    'docker.io/library/node:8',
    'registry.access.redhat.com/ubi8/nodejs-16',
    'docker.io/library/redis:7',
    'docker.io/example/app:1-alpine',
    'registry.k8s.io/kube-proxy:v1.36.3',
    'registry.k8s.io/pause:3.10',
    '',
    '::@@',
  ])('nothing is known of %j', (name) => {
    expect(knownImage(name)).toBeUndefined()
  })
})

test('a slim nginx on Alpine has no curl but the tools of busybox', () => {
  expect(knownImage('docker.io/library/nginx:1.29-alpine-slim')).toStrictEqual({ agent: 'shell', rank: 0 })
})

test.each([
  ['node', { repository: 'library/node', hasDigest: false }],
  ['localhost/node:1', { repository: 'node', tag: '1', hasDigest: false }],
  ['docker.io/library/node:24', { repository: 'library/node', tag: '24', hasDigest: false }],
  ['r.example:5000/a/b:t@sha256:00', { repository: 'a/b', tag: 't', hasDigest: true }],
  ['a/b', { repository: 'a/b', hasDigest: false }],
])('parseImage(%j)', (name, parts) => {
  expect(parseImage(name)).toStrictEqual(parts)
})
