import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request as plain, type ServerResponse } from 'node:http'
import { request as secure } from 'node:https'
import { connect as plainSocket, type Socket } from 'node:net'
import { connect as secureSocket } from 'node:tls'
import { parse, stringify } from 'yaml'

interface Upstream {
  url: URL
  tls: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  headers: Record<string, string>
}

/** Answers instead of the API server, or spoils its answer. */
type Fault = (answer: Answer) => void

interface Answer {
  request: IncomingMessage
  response: ServerResponse
  /** Lets the API server answer. */
  pass: (change?: (bytes: Buffer) => Buffer) => void
}

const json = (status: number, body: unknown): Fault => {
  return ({ response }) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const failure = (code: number, reason: string, headers: Record<string, string> = {}): Fault => {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `a ${reason}` }
  return ({ response }) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

const page = (status: number): Fault => {
  return ({ response }) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html><h1>Please log in</h1></html>')
}

/** What an API server, or what stands in front of it, does now and then. */
export const apiFaults: Record<string, Fault> = {
  'a delay of 2 s': ({ pass }) => void setTimeout(pass, 2000),
  'a reset': ({ request }) => request.socket.resetAndDestroy(),
  'a close': ({ request }) => request.socket.destroy(),
  'an answer cut in half': ({ request, pass }) =>
    pass((bytes) => {
      setTimeout(() => request.socket.destroy(), 20)
      return bytes.subarray(0, bytes.length >> 1)
    }),
  'bytes garbled': ({ pass }) =>
    pass((bytes) => bytes.map((byte, index) => (index % 97 === 13 ? byte ^ 0x20 : byte)) as Buffer),
  '429': failure(429, 'TooManyRequests', { 'retry-after': '1' }),
  '429 without a time': failure(429, 'TooManyRequests'),
  '500': failure(500, 'InternalError'),
  '503': failure(503, 'ServiceUnavailable'),
  '504': failure(504, 'Timeout'),
  '401': failure(401, 'Unauthorized'),
  '403 of a proxy': page(403),
  '200 of a login page': page(200),
  '502 of a proxy': page(502),
  '404 of a proxy': page(404),
  'an empty answer': ({ response }) => response.writeHead(200).end(),
  'no JSON': ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'),
  null: json(200, null),
  'an empty list': json(200, []),
  'other JSON': json(200, { hello: 'there' }),
  'another kind': json(200, { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'x' } }),
  'another list': json(200, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [null, 3, {}] }),
  'a list of nothing': json(200, { kind: 'List', apiVersion: 'v1', metadata: {} }),
  '40 MB': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"kind":"Service","filler":"${'x'.repeat(40e6)}"}`)
  },
  'a number without end': ({ response }) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(`[${'1'.repeat(1e5)}]`),
  'deep nesting': ({ response }) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(1e5) + ']'.repeat(1e5)),
  'a redirect to itself': ({ request, response }) =>
    response.writeHead(307, { location: request.url ?? '/' }).end(),
  'a status that is none': ({ request }) => void request.socket.end('HTTP/1.1 999 Odd\r\n\r\n'),
  'no HTTP': ({ request }) => void request.socket.end('SSH-2.0-x\r\n'),
}

/** A proxy in front of an API server, which lets a fault happen to a request for which `pick` names one. */
export async function startOddApi(
  kubeconfig: string,
  pick: (method: string, path: string) => string | undefined,
): Promise<{ kubeconfig: string; stop: () => Promise<void> }> {
  const { upstream, config } = await readUpstream(kubeconfig)
  const server = createServer((request, response) => {
    const fault = pick(request.method ?? 'GET', request.url ?? '/')
    const pass = (change?: (bytes: Buffer) => Buffer): void => forward(upstream, request, response, change)
    if (fault === undefined) pass()
    else {
      request.resume()
      apiFaults[fault]!({ request, response, pass })
    }
  })
  server.on('upgrade', (request, socket: Socket, head) => tunnel(upstream, request, socket, head))
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const file = `${kubeconfig}.odd-${port}`
  await writeFile(file, stringify(config(`http://127.0.0.1:${port}`)), { mode: 0o600 })
  return {
    kubeconfig: file,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[]
  users: { name: string; user: Record<string, string> }[]
  contexts: { name: string; context: { cluster: string; user: string } }[]
  'current-context': string
}

/** The current context's, and a kubeconfig that differs in its server only. */
async function readUpstream(
  file: string,
): Promise<{ upstream: Upstream; config: (server: string) => object }> {
  const config = parse(await readFile(file, 'utf8')) as Kubeconfig
  const { context } = config.contexts.find(({ name }) => name === config['current-context'])!
  const { cluster } = config.clusters.find(({ name }) => name === context.cluster)!
  const { user } = config.users.find(({ name }) => name === context.user)!
  const bytes = async (of: Record<string, string>, field: string): Promise<Buffer | undefined> => {
    const data = of[`${field}-data`]
    const path = of[field]
    if (data !== undefined) return Buffer.from(data, 'base64')
    return path === undefined ? undefined : await readFile(path)
  }
  const [ca, cert, key] = await Promise.all([
    bytes(cluster, 'certificate-authority'),
    bytes(user, 'client-certificate'),
    bytes(user, 'client-key'),
  ])
  return {
    upstream: {
      url: new URL(cluster['server']!),
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
      headers: user['token'] === undefined ? {} : { authorization: `Bearer ${user['token']}` },
    },
    config: (server) => ({
      ...config,
      clusters: [{ name: context.cluster, cluster: { server } }],
      users: [{ name: context.user, user: {} }],
    }),
  }
}

function headersOf({ headers, url }: Upstream, request: IncomingMessage): Record<string, string | string[]> {
  const own = Object.fromEntries(
    Object.entries(request.headers).filter(
      (entry): entry is [string, string | string[]] => entry[1] !== undefined,
    ),
  )
  return { ...own, ...headers, host: url.host }
}

function forward(
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  change: ((bytes: Buffer) => Buffer) | undefined,
): void {
  const { url, tls } = upstream
  const ask = url.protocol === 'https:' ? secure : plain
  const headers = headersOf(upstream, request)
  // Only what is whole and plain can be changed.
  if (change !== undefined) delete headers['accept-encoding']
  const target = new URL(request.url ?? '/', url)
  const asked = ask(target, { method: request.method, headers, ...tls }, (answer) => {
    if (change === undefined) {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
      return
    }
    const { 'content-length': _, ...rest } = answer.headers
    response.writeHead(answer.statusCode ?? 500, rest)
    const isStream = target.searchParams.has('watch') || target.searchParams.has('follow')
    const parts: Buffer[] = []
    answer.on('data', (part: Buffer) => (isStream ? response.write(change(part)) : parts.push(part)))
    answer.on('end', () => response.end(isStream ? undefined : change(Buffer.concat(parts))))
  })
  asked.on('error', () => request.socket.destroy())
  response.on('close', () => asked.destroy())
  if (request.readableEnded || request.complete) asked.end()
  else request.pipe(asked)
}

/** For exec. */
function tunnel(upstream: Upstream, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { url, tls } = upstream
  const to = { host: url.hostname, port: Number(url.port) }
  const other = url.protocol === 'https:' ? secureSocket({ ...to, ...tls }) : plainSocket(to)
  const lines = Object.entries(headersOf(upstream, request)).map(
    ([name, value]) => `${name}: ${String(value)}`,
  )
  other.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  other.write(head)
  other.pipe(socket).pipe(other)
  for (const each of [other, socket]) each.on('error', () => void [other.destroy(), socket.destroy()])
}
