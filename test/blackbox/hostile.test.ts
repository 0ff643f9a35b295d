import type { IncomingMessage, ServerResponse } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainFormats } from '../../src/report/explain/render.ts'
import { temporaryFolder } from '../support/folder.ts'
import { kubeconfigText } from '../unit/cluster/support/kubeconfig.ts'
import { startServer } from '../unit/cluster/support/server.ts'
import { affinity } from './support/executable.ts'

/** Sets the title and colours, goes up and deletes a line, reverses the reading order, hides, returns, rings. */
const words =
  'evil\u001B]0;owned\u0007\u001B[1A\u001B[2K\u001B[8mhidden\u001B[32mgood \u009B31m \u202Egnp\u2066\u200B\u2028\r\u007F\nFORGED'

/** What no terminal may get from anybody; line breaks and tabs are ours. */
// oxlint-disable-next-line no-control-regex -- these are meant
const dangerous = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u2028\u2029\u202A-\u202E\u2066-\u2069]/

const metadata = (name: string) => ({
  name,
  namespace: 'shop',
  uid: words,
  labels: { [words]: words, 'kubernetes.io/service-name': 'web', 'affinity.kubectl.dev/external': 'made' },
  annotations: {
    [words]: words,
    'meta.helm.sh/release-name': words,
    'meta.helm.sh/release-namespace': words,
    'argocd.argoproj.io/tracking-id': words,
    'affinity.kubectl.dev/origin': JSON.stringify({ from: [words], context: words, '192.0.2.7': words }),
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { sessionAffinity: words } }),
  },
  managedFields: [
    {
      manager: words,
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsV1: { 'f:spec': { 'f:sessionAffinity': {} } },
    },
  ],
  creationTimestamp: words,
  resourceVersion: '1',
})

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata('web'),
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    externalIPs: [words],
    selector: { [words]: words },
    sessionAffinity: 'None',
    loadBalancerClass: words,
    ports: [{ port: 80, targetPort: words, name: words, appProtocol: words, nodePort: 30_000 }],
  },
  status: { loadBalancer: { ingress: [{ hostname: words, ip: words }] } },
}

const slice = {
  metadata: metadata('web-1'),
  addressType: 'IPv4',
  ports: [{ port: 80, name: words }],
  endpoints: [
    {
      addresses: ['10.1.0.1', words],
      conditions: { ready: true },
      nodeName: words,
      targetRef: { kind: 'Pod', name: words },
    },
  ],
}

const ingress = (name: string, ingressClassName: string): object => {
  const own = metadata(name)
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...own,
      annotations: {
        ...own.annotations,
        'nginx.ingress.kubernetes.io/affinity': 'cookie',
        'nginx.ingress.kubernetes.io/affinity-mode': words,
        'nginx.ingress.kubernetes.io/session-cookie-name': words,
        'nginx.ingress.kubernetes.io/session-cookie-path': words,
        'nginx.ingress.kubernetes.io/session-cookie-max-age': words,
        [`nginx.ingress.kubernetes.io/${words}`]: words,
      },
    },
    spec: {
      ingressClassName,
      tls: [{ hosts: [words], secretName: words }],
      rules: [words, 'shop.example'].map((host) => ({
        host,
        http: { paths: [{ path: words, backend: { service: { name: 'web', port: { number: 80 } } } }] },
      })),
    },
    status: { loadBalancer: { ingress: [{ hostname: words, ip: words }] } },
  }
}

const lists: Record<string, object[]> = {
  services: [service],
  endpointslices: [slice],
  nodes: [{ metadata: metadata(words), status: { conditions: [{ type: 'Ready', status: 'True' }] } }],
  pods: [{ metadata: metadata(words), spec: { nodeName: words, containers: [] }, status: { phase: words } }],
  ingresses: [ingress(words, words), ingress('web', 'nginx')],
  ingressclasses: [{ metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } }],
  gateways: [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: metadata('web'),
      spec: {
        selector: { [words]: words },
        servers: [{ hosts: [words, '*'], port: { number: 80, name: words } }],
      },
    },
  ],
  virtualservices: [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: metadata('web'),
      spec: {
        hosts: [words, 'shop.example'],
        gateways: ['web', words],
        http: [
          { name: words, match: [{ uri: { regex: words } }], route: [{ destination: { host: 'web' } }] },
        ],
      },
    },
  ],
  destinationrules: [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: metadata('web'),
      spec: {
        host: 'web',
        trafficPolicy: {
          loadBalancer: { consistentHash: { httpCookie: { name: words, path: words, ttl: words } } },
        },
        subsets: [{ name: words, labels: { [words]: words } }],
      },
    },
  ],
  httproutes: [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadata('web'),
      spec: {
        parentRefs: [{ name: 'web', sectionName: words }],
        hostnames: [words],
        rules: [
          {
            name: words,
            matches: [{ path: { type: words, value: words } }],
            sessionPersistence: { sessionName: words, type: words, absoluteTimeout: words },
            backendRefs: [{ name: 'web', port: 80 }],
          },
        ],
      },
      status: { parents: [{ controllerName: words, conditions: [{ type: words, message: words }] }] },
    },
  ],
  jobs: [
    {
      metadata: {
        ...metadata(words),
        labels: { 'app.kubernetes.io/managed-by': 'kubectl-affinity', 'affinity.kubectl.dev/run': words },
      },
    },
  ],
}

/** A server that has hostile words wherever words can be. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'POST') return refuse(403, 'Forbidden')(request, response)
  const path = (request.url ?? '').split('?')[0] ?? ''
  const [resource = '', name] = path.replace(/^.*\/namespaces\/[^/]+\//, '').split('/')
  // The pods of a run are gone as soon as somebody wants them to be.
  const isOfRun = request.url?.includes('labelSelector=affinity.kubectl.dev') === true
  const kind = isOfRun ? '' : path.replace(/^.*\//, '')
  const single = name === 'web' ? named(resource) : undefined
  // One that said another kind, or had no name, would not be believed.
  if (path.includes('/namespaces/') && name !== undefined && single === undefined)
    return refuse(404, 'NotFound')(request, response)
  const body =
    path === '/version'
      ? { gitVersion: words }
      : path === '/apis'
        ? groups
        : (single ?? { metadata: {}, items: lists[kind] ?? [] })
  response.writeHead(200, { 'content-type': 'application/json', warning: '299 - "\u009B31m \u0085"' })
  response.end(JSON.stringify(body))
}

const groups = {
  kind: 'APIGroupList',
  groups: ['discovery.k8s.io', 'networking.k8s.io', 'gateway.networking.k8s.io', 'networking.istio.io'].map(
    (name) => {
      const version = { groupVersion: `${name}/v1`, version: 'v1' }
      return { name, versions: [version], preferredVersion: version }
    },
  ),
}

const named = (resource: string): object | undefined =>
  lists[resource]?.find((one) => (one as typeof service).metadata.name === 'web')

/** A server that refuses everything, in hostile words. */
function refuse(code: number, reason: string) {
  return (_: IncomingMessage, response: ServerResponse): void => {
    const causes = [{ reason: 'FieldManagerConflict', message: words, field: words }]
    response.writeHead(code, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        kind: 'Status',
        status: 'Failure',
        code,
        reason,
        message: words,
        details: { causes },
      }),
    )
  }
}

const folder = temporaryFolder()
const manifest = join(folder, `${words.replaceAll('\u0000', '')}.json`)

const formatsOf: [string, readonly string[]][] = [
  ['explain svc/web', explainFormats],
  ['explain -A', ['text', 'json', 'yaml', 'name', 'junit']],
  ['explain -f FILE', explainFormats],
  ['probe svc/web', ['text', 'json']],
  ['probe svc/web --via all --spread nodes', ['text', 'json']],
  ['enable svc/web', ['text', 'json', 'yaml', 'name']],
  ['enable svc/web --force --force-conflicts', ['text', 'json', 'yaml', 'name']],
  ['enable svc/web --force --force-conflicts --diff', ['text']],
  ['enable -f FILE --dry-run=client', ['text', 'json']],
  ['disable --all', ['text', 'json', 'yaml', 'name']],
  ['external web --port 80 --to 192.0.2.7 --adopt', ['text', 'json', 'yaml', 'name']],
  ['external list', ['text', 'wide', 'json', 'yaml', 'name']],
  ['external delete web', ['text', 'name']],
  ['explain ingress/web', explainFormats],
  ['explain virtualservice/web httproute/web', ['text', 'wide', 'json', 'yaml']],
  ['probe ingress/web', ['text', 'json']],
  ['probe ingress/web --host shop.example --path /', ['text', 'json']],
  ['enable ingress/web --cookie route --force --force-conflicts', ['text', 'json', 'yaml', 'name']],
  ['enable ingress/web --cookie route --force --force-conflicts --diff', ['text']],
  ['enable virtualservice/web --from ingress/web', ['text', 'json']],
  ['enable ingress/web --to istio', ['text', 'json']],
  ['disable ingress/web --force-conflicts', ['text', 'json', 'yaml', 'name']],
  ['disable virtualservice/web --force-conflicts --wait', ['text', 'json']],
  ['cleanup --dry-run=client', []],
  ['version', ['json', 'yaml']],
]

const readers: Record<string, (text: string) => unknown> = { json: JSON.parse, yaml: parse }

const servers: [string, (request: IncomingMessage, response: ServerResponse) => void][] = [
  ['has hostile objects', answer],
  ['refuses in hostile words', refuse(403, 'Forbidden')],
  ['is in conflict in hostile words', refuse(409, 'Conflict')],
  ['fails in hostile words', refuse(500, 'InternalError')],
]

for (const [title, listener] of servers)
  describe(`a server that ${title} moves nobody's cursor`, () => {
    let config = ''
    let close = async (): Promise<void> => await Promise.resolve()

    beforeAll(async () => {
      const server = await startServer(listener)
      close = async () => await server.close()
      config = join(folder, title)
      writeFileSync(config, kubeconfigText({ server: server.url }))
      writeFileSync(manifest, JSON.stringify({ ...service, [words]: words }))
    })
    afterAll(async () => await close())

    for (const [line, formats] of formatsOf)
      test(line, async () => {
        for (const format of formats.length === 0 ? [undefined] : formats) {
          const args = line.split(' ').map((word) => (word === 'FILE' ? manifest : word))
          const output = format === undefined ? [] : ['-o', format]
          const { stdout, stderr } = await affinity([
            ...args,
            ...output,
            '--kubeconfig',
            config,
            '-n',
            'shop',
          ])
          expect(stdout, `${format} on stdout`).not.toMatch(dangerous)
          expect(stderr, `${format} on stderr`).not.toMatch(dangerous)
          // YAML breaks lines within its quotes, as its readers know.
          if (format !== 'yaml') expect(stdout, `${format} on stdout`).not.toMatch(/^ *FORGED/m)
          expect(stderr, `${format} on stderr`).not.toMatch(/^FORGED/m)
          // What is refused at the door, or by the flags, shows no words of the server's.
          expect(stderr, format).not.toMatch(/internal error|does not answer as|unknown flag/)
          const read = readers[format ?? '']
          if (read !== undefined && stdout !== '') expect(() => read(stdout), format).not.toThrow()
        }
      })
  })
