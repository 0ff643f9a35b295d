import http from 'node:http'
import https from 'node:https'
import { text as readText } from 'node:stream/consumers'
import { TLSSocket } from 'node:tls'
import { setTimeout as sleep } from 'node:timers/promises'
import { deployment, listensOn } from './manifests.ts'
import type { Site } from './site.ts'

// A proxy that sends a request while a pod closes an idle connection asks another pod: users would move by chance.
const sessionServer = `const sessions = new Map()
require('http').createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  let [, id] = /\\bJSESSIONID=(\\w+)/.exec(request.headers.cookie ?? '') ?? []
  const isForgotten = request.url.endsWith('/forget') && sessions.get(id) >= 5
  if (!sessions.has(id) || isForgotten) {
    id = require('crypto').randomBytes(8).toString('hex')
    sessions.set(id, 0)
    response.setHeader('set-cookie', 'JSESSIONID=' + id + '; Path=/; HttpOnly')
  }
  sessions.set(id, sessions.get(id) + 1)
  const visits = sessions.get(id)
  const pod = require('os').hostname()
  if (request.url.endsWith('/json')) response.end(JSON.stringify({ pod, visits }))
  else response.end('Hostname: ' + pod + '<br>\\n' + visits + 'th time access.')
}).listen(8080)`

/** An application that counts, in a session of its own, how often each of its users came: in words, or as JSON at `/json`. At `/forget` it loses sessions after five visits. */
export function sessionApp(site: Site, name: string, replicas = 3): object {
  return deployment(name, replicas, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', sessionServer],
    readinessProbe: listensOn(8080),
    ports: [{ containerPort: 8080 }],
  })
}

/** A path of an Ingress, which leads to port 80 of a Service. */
export function ingressPath(path: string, service: string, pathType = 'Prefix'): object {
  return { path, pathType, backend: { service: { name: service, port: { number: 80 } } } }
}

export function ingress(
  name: string,
  host: string,
  {
    className,
    paths,
    annotations = {},
  }: { className: string; paths: object[]; annotations?: Record<string, string> },
): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: { ingressClassName: className, rules: [{ host, http: { paths } }] },
  }
}

/** An Ingress for ingress-nginx whose users are kept by the cookie `route`. */
export function stickyIngress(name: string, host: string): object {
  return ingress(name, host, {
    className: 'nginx',
    paths: [ingressPath('/', name)],
    annotations: {
      'nginx.ingress.kubernetes.io/affinity': 'cookie',
      'nginx.ingress.kubernetes.io/session-cookie-name': 'route',
    },
  })
}

export interface Asked {
  address: string
  host: string
  path?: string
  /** Over TLS, whatever certificate is shown. */
  isSecure?: true
}

/** How often it is looked whether a gateway has followed, and for how long, in milliseconds. */
const everyMs = 100
const longestMs = 60_000

/**
 * Waits until a gateway answers as it should after a change: gateways follow the API by themselves, and say nowhere that they
 * have. Two answers in a row, as two replicas of a worker may differ for a moment.
 */
export async function gatewayFollows(
  asked: Asked,
  holds: (answer: { status: number; cookies: readonly string[]; certificate: string }) => boolean,
): Promise<void> {
  const until = performance.now() + longestMs
  let inRow = 0
  let last: unknown
  while (inRow < 2) {
    if (performance.now() > until)
      throw new Error(`${asked.host} did not follow within ${longestMs} ms: ${JSON.stringify(last)}`)
    const answer = await ask(asked)
    last = answer
    inRow = holds(answer) ? inRow + 1 : 0
    if (inRow === 0) await sleep(everyMs)
  }
}

/** Answers in a row of one pod after which it is not chance any more, where there are three. */
const enough = 16

/** Waits until whoever says the same in a header is kept on one pod of `sessionApp`, which an affinity by header shows nowhere else. */
export async function headerHolds(asked: Asked, header: string): Promise<void> {
  const until = performance.now() + longestMs
  let last = ''
  let inRow = 0
  while (inRow < enough) {
    if (performance.now() > until) throw new Error(`${header} held nobody within ${longestMs} ms`)
    const { body } = await ask(asked, { [header]: 'scenario' })
    const [, pod = ''] = /Hostname: ([^<]+)/.exec(body) ?? []
    inRow = pod !== '' && pod === last ? inRow + 1 : 0
    last = pod
    if (pod === '') await sleep(everyMs)
  }
}

function ask(
  { address, host, path = '/', isSecure }: Asked,
  more: Record<string, string> = {},
): Promise<{ status: number; cookies: string[]; body: string; certificate: string }> {
  return new Promise((resolve) => {
    const options = { host: address, path, headers: { host, ...more }, agent: false, timeout: 2000 }
    const answered = (response: http.IncomingMessage): void => {
      const { statusCode: status = 0, headers } = response
      const { socket } = response
      // The names that it is for.
      const certificate =
        socket instanceof TLSSocket ? (socket.getPeerCertificate().subjectaltname ?? '') : ''
      void readText(response).then((body) =>
        resolve({ status, cookies: headers['set-cookie'] ?? [], body, certificate }),
      )
    }
    const request = isSecure
      ? https.get({ ...options, servername: host, rejectUnauthorized: false }, answered)
      : http.get(options, answered)
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve({ status: 0, cookies: [], body: '', certificate: '' }))
  })
}

/** It answers, and sets a cookie of this name, or none of it. */
export const sets =
  (name: string, isSet = true) =>
  ({ status, cookies }: { status: number; cookies: readonly string[] }): boolean =>
    status === 200 && cookies.some((cookie) => cookie.startsWith(`${name}=`)) === isSet
