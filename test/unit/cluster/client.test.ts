import { describe, expect, it, onTestFinished } from 'vitest'
import {
  ApiError,
  ConnectionError,
  isConflict,
  isForbidden,
  isNotFound,
  isRetryable,
} from '../../../src/cluster/index.ts'
import { connectTo, environment } from './support/kubeconfig.ts'
import { bodyOf, fail, json, startServer } from './support/server.ts'

type Listener = Parameters<typeof startServer>[0]

async function serve(listener: Listener) {
  const server = await startServer(listener)
  onTestFinished(() => server.close())
  return server
}

const echo: Listener = (request, response) => {
  const { method, url, headers } = request
  void bodyOf(request).then((body) => json(response, { method, url, headers, body }))
}

interface Echo {
  method: string
  url: string
  headers: Record<string, string>
  body: string
}

describe('requests', () => {
  it('names the program and wants JSON', async () => {
    const cluster = await connectTo((await serve(echo)).url)
    const { method, url, headers } = await cluster.get<Echo>('/version')
    expect({ method, url }).toEqual({ method: 'GET', url: '/version' })
    expect(headers['user-agent']).toMatch(
      /^kubectl-affinity\/1\.2\.3 \((linux|darwin|windows)\/(amd64|arm64)\)$/,
    )
    expect(headers['accept']).toBe('application/json')
  })

  it('keeps the path of the server’s address', async () => {
    const { url } = await serve(echo)
    const cluster = await connectTo(`${url}/k8s/clusters/c-1/`)
    expect((await cluster.get<Echo>('/version', { query: { a: 'x y', b: true, c: undefined } })).url).toBe(
      '/k8s/clusters/c-1/version?a=x+y&b=true',
    )
    expect(cluster.server).toBe(`${url}/k8s/clusters/c-1`)
  })

  it('creates, with what the caller asks in the query', async () => {
    const cluster = await connectTo((await serve(echo)).url)
    const query = { dryRun: 'All', fieldManager: 'me', fieldValidation: 'Strict' }
    const sent = await cluster.create<Echo>('/x', { kind: 'Job', text: 'ü' }, { query })
    expect(sent).toMatchObject({
      method: 'POST',
      url: '/x?dryRun=All&fieldManager=me&fieldValidation=Strict',
    })
    expect(sent.headers['content-type']).toBe('application/json')
    expect(JSON.parse(sent.body)).toEqual({ kind: 'Job', text: 'ü' })
  })

  it.each([
    [{ type: 'merge', body: {} }, 'application/merge-patch+json', '/x'],
    [
      { type: 'strategic', body: {}, fieldManager: 'me' },
      'application/strategic-merge-patch+json',
      '/x?fieldManager=me',
    ],
    [{ type: 'json', body: [] }, 'application/json-patch+json', '/x'],
    [
      { type: 'apply', body: {}, fieldManager: 'me', force: true },
      'application/apply-patch+yaml',
      '/x?fieldManager=me&force=true',
    ],
  ] as const)('patches: %j', async (patch, contentType, url) => {
    const cluster = await connectTo((await serve(echo)).url)
    const sent = await cluster.patch<Echo>('/x', patch)
    expect({ method: sent.method, url: sent.url, type: sent.headers['content-type'] }).toEqual({
      method: 'PATCH',
      url,
      type: contentType,
    })
  })

  it('deletes with options in the body', async () => {
    const cluster = await connectTo((await serve(echo)).url)
    const sent = await cluster.delete<Echo>('/x', {
      propagationPolicy: 'Background',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u' },
    })
    expect(sent.method).toBe('DELETE')
    expect(JSON.parse(sent.body)).toEqual({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: 'Background',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u' },
    })
    const dry = await cluster.delete<Echo>('/x', { dryRun: true })
    expect(JSON.parse(dry.body)).toMatchObject({ dryRun: ['All'] })
  })

  it('uses one connection for requests that follow each other', async () => {
    const server = await serve(echo)
    const cluster = await connectTo(server.url)
    for (let count = 0; count < 5; count++) await cluster.get('/x')
    expect(server.connections).toBe(1)
  })

  it('acts as somebody else when asked to', async () => {
    const server = await serve((request, response) => json(response, request.rawHeaders))
    const user = {
      as: 'jane',
      'as-uid': 'u-1',
      'as-groups': ['a', 'b'],
      'as-user-extra': { 'example.com/scope': ['x', 'y'] },
    }
    const headers = await (await connectTo(server.url, user)).get<string[]>('/x')
    const sent = headers.flatMap((name, index) =>
      /^impersonate/i.test(name) ? [`${name.toLowerCase()}: ${headers[index + 1]}`] : [],
    )
    expect(sent).toEqual([
      'impersonate-user: jane',
      'impersonate-uid: u-1',
      'impersonate-group: a',
      'impersonate-group: b',
      'impersonate-extra-example.com%2fscope: x',
      'impersonate-extra-example.com%2fscope: y',
    ])
    await expect(connectTo(server.url, user, { asGroups: ['a\u001B[31m\nb'] })).rejects.toThrow(
      'no header can',
    )
    const byFlag = await connectTo(server.url, user, { as: 'jürgen', asGroups: ['c'] })
    const received = (await byFlag.get<string[]>('/x')).map((text) => Buffer.from(text, 'latin1').toString())
    expect(received).toEqual(expect.arrayContaining(['jürgen', 'c']))
    const asUserExtra = ['scope=a=b', 'scope=c']
    const extra = await connectTo(server.url, { token: 't' }, { as: 'jane', asUserExtra })
    expect((await extra.get<string[]>('/x')).filter((text) => /^(a=b|c)$/.test(text))).toEqual(['a=b', 'c'])
  })

  it('sends no credentials over plain http', async () => {
    const cluster = await connectTo((await serve(echo)).url, { token: 'secret' })
    expect((await cluster.get<Echo>('/x')).headers).not.toHaveProperty('authorization')
  })
})

describe('lists', () => {
  const page = (items: number[], next?: string) => ({
    items: items.map((name) => ({ metadata: { name: String(name) } })),
    metadata: next ? { continue: next } : {},
  })
  const namesOf = async (items: AsyncIterable<{ metadata: { name: string } }>) => {
    const names: string[] = []
    for await (const item of items) names.push(item.metadata.name)
    return names
  }

  it('come page by page', async () => {
    const server = await serve((request, response) =>
      json(response, request.url?.includes('continue=two') ? page([3]) : page([1, 2], 'two')),
    )
    const cluster = await connectTo(server.url)
    expect(await namesOf(cluster.list('/pods', { query: { labelSelector: 'a=b' } }))).toEqual(['1', '2', '3'])
    expect(server.requests).toEqual([
      'GET /pods?limit=500&labelSelector=a%3Db',
      'GET /pods?limit=500&labelSelector=a%3Db&continue=two',
    ])
  })

  it('are read anew when the server has forgotten the rest, without repeating items', async () => {
    const server = await serve((request, response) => {
      if (request.url?.includes('continue')) fail(response, 410, 'Expired', 'too old')
      else json(response, request.url?.includes('limit') ? page([1, 2], 'two') : page([1, 2, 3, 4]))
    })
    expect(await namesOf((await connectTo(server.url)).list('/pods'))).toEqual(['1', '2', '3', '4'])
  })

  it('that would never end are no list', async () => {
    const server = await serve((_, response) => json(response, page([1], 'same')))
    await expect(namesOf((await connectTo(server.url)).list('/pods'))).rejects.toThrow('does not answer as')
  })

  it('may be null when empty', async () => {
    const server = await serve((_, response) => json(response, { items: null, metadata: {} }))
    expect(await namesOf((await connectTo(server.url)).list('/pods'))).toEqual([])
  })
})

describe('what an application answers through the server', () => {
  const web = '/api/v1/namespaces/shop/pods/web:80/proxy/'

  it('comes as it is, whatever its status', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: '/login' }).end('moved'))
    const { status, headers, body } = await (await connectTo(server.url)).answer(web)
    expect({ status, body }).toEqual({ status: 302, body: 'moved' })
    expect(headers).toContainEqual(['location', '/login'])
  })

  it('is none where the server refuses', async () => {
    const server = await serve((_, response) => fail(response, 403, 'Forbidden', 'pods "web" is forbidden'))
    await expect((await connectTo(server.url)).answer(web)).rejects.toThrow('forbidden')
  })
})

describe('failures', () => {
  const failing = async (listener: Listener) => {
    const cluster = await connectTo((await serve(listener)).url)
    return cluster.get('/api/v1/things/x').then(
      () => expect.unreachable(),
      (error: unknown) => error as ApiError & ConnectionError,
    )
  }

  it.each([
    [
      404,
      'NotFound',
      'services "x" not found',
      'Error from server (NotFound): services "x" not found',
      isNotFound,
    ],
    [403, 'Forbidden', 'no', 'Error from server (Forbidden): no', isForbidden],
    [
      409,
      'AlreadyExists',
      'jobs "x" already exists',
      'Error from server (AlreadyExists): jobs "x" already exists',
      undefined,
    ],
    [409, 'Conflict', 'changed', 'Error from server (Conflict): changed', isConflict],
    [
      401,
      'Unauthorized',
      'Unauthorized',
      'error: You must be logged in to the server (Unauthorized)',
      undefined,
    ],
    [500, 'InternalError', 'boom', 'Error from server (InternalError): boom', isRetryable],
    [400, '', 'odd', 'Error from server: odd', undefined],
  ] as const)('%d %s is told in kubectl’s words', async (code, reason, message, line, predicate) => {
    const error = await failing((_, response) => fail(response, code, reason, message))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ message: line, code, reason, verb: 'GET', path: '/api/v1/things/x' })
    const all = { isNotFound, isForbidden, isConflict, isRetryable }
    expect(Object.values(all).filter((it) => it(error))).toEqual(predicate ? [predicate] : [])
  })

  it('says what to do about refused credentials and the wrong scheme', async () => {
    const refused = await failing((_, response) => fail(response, 401, 'Unauthorized', 'Unauthorized'))
    expect(refused.hint).toBe(
      'The credentials of the user "me" in the kubeconfig have expired or are wrong: log in again.',
    )
    const plain = await failing((_, response) =>
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.'),
    )
    expect(plain.hint).toBe('Write https:// in the address of the server.')
  })

  it('lists what is invalid, each cause once', async () => {
    const causes = [
      { field: 'spec.a', message: 'Required value' },
      { field: 'spec.a', message: 'Required value' },
      { field: 'spec.b', message: 'Invalid value: 0' },
    ]
    const invalid =
      (count: number): Listener =>
      (_, response) =>
        json(
          response,
          {
            kind: 'Status',
            reason: 'Invalid',
            code: 422,
            message: 'long',
            details: { kind: 'Service', name: 'x', causes: causes.slice(0, count) },
          },
          422,
        )
    expect((await failing(invalid(2))).message).toBe('The Service "x" is invalid: spec.a: Required value')
    expect((await failing(invalid(3))).message).toBe(
      'The Service "x" is invalid: \n* spec.a: Required value\n* spec.b: Invalid value: 0',
    )
    expect((await failing(invalid(0))).message).toBe('The Service "x" is invalid')
    const nameless: Listener = (_, response) =>
      json(response, { kind: 'Status', reason: 'Invalid', code: 422, message: 'long', details: {} }, 422)
    expect((await failing(nameless)).message).toBe('The request is invalid')
  })

  it.each([
    [
      502,
      '<html>Bad Gateway</html>',
      'Error from server (BadGateway): a gateway in front of the server could not reach it',
    ],
    [503, '', 'Error from server (ServiceUnavailable): the server is currently unable to handle the request'],
    [
      401,
      'who?',
      'error: You must be logged in to the server (the server has asked for the client to provide credentials: who?)',
    ],
    [418, '', "Error from server: the server responded with the status code 418 I'm a Teapot"],
    [302, '', 'Error from server: the server responded with the status code 302 Found'],
  ])('%d without a Status gets words', async (code, body, line) => {
    const error = await failing((_, response) => response.writeHead(code).end(body))
    expect(error.message).toBe(line)
  })

  it('says when the answer is no JSON', async () => {
    const error = await failing((_, response) => response.end('<html>Please log in'))
    expect(error.message).toBe('Unable to connect to the server: the answer is not JSON')
    expect(error.hint).toMatch(/login page/)
  })

  it('says when an answer is cut off', async () => {
    const error = await failing((request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"a":')
      setTimeout(() => request.socket.destroy(), 20)
    })
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.problem).toBe('reset')
  })
})

describe('asking again', () => {
  it('waits as long as a busy server wants', async () => {
    let calls = 0
    const server = await serve((_, response) => {
      if (++calls < 3)
        fail(response, calls === 1 ? 429 : 503, 'TooManyRequests', 'busy', { 'Retry-After': '0' })
      else json(response, 'ok')
    })
    expect(await (await connectTo(server.url)).create('/x', {})).toBe('ok')
    expect(server.connections).toBe(1)
  })

  it('gives up after ten times', async () => {
    const server = await serve((_, response) =>
      fail(response, 429, 'TooManyRequests', 'busy', { 'Retry-After': '0' }),
    )
    await expect((await connectTo(server.url)).get('/x')).rejects.toMatchObject({ code: 429 })
    expect(server.requests).toHaveLength(11)
  })

  it('stops waiting when the caller no longer wants to', async () => {
    const server = await serve((_, response) =>
      fail(response, 429, 'TooManyRequests', 'busy', { 'Retry-After': '60' }),
    )
    const controller = new AbortController()
    const call = (await connectTo(server.url)).get('/x', { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 50)
    await expect(call).rejects.toThrow('enough')
  })

  it('does not repeat failures without Retry-After', async () => {
    const server = await serve((_, response) => fail(response, 503, 'ServiceUnavailable', 'down'))
    await expect((await connectTo(server.url)).get('/x')).rejects.toMatchObject({ code: 503 })
    expect(server.requests).toHaveLength(1)
  })

  it('reads and deletes once more after a broken connection, but never creates twice', async () => {
    const broken = async (call: (cluster: Awaited<ReturnType<typeof connectTo>>) => Promise<unknown>) => {
      let calls = 0
      const server = await serve((request, response) => {
        if (++calls === 1) request.socket.destroy()
        else json(response, 'ok')
      })
      const result = await call(await connectTo(server.url)).catch((error: unknown) => error)
      return { result, requests: server.requests.length }
    }
    expect(await broken((it) => it.get('/x'))).toEqual({ result: 'ok', requests: 2 })
    expect(await broken((it) => it.delete('/x'))).toEqual({ result: 'ok', requests: 2 })
    expect(await broken((it) => it.patch('/x', { type: 'apply', body: {}, fieldManager: 'me' }))).toEqual({
      result: 'ok',
      requests: 2,
    })
    expect(await broken((it) => it.create('/x', {}))).toMatchObject({
      result: { problem: 'reset' },
      requests: 1,
    })
    expect(await broken((it) => it.patch('/x', { type: 'json', body: [] }))).toMatchObject({ requests: 1 })
  })
})

describe('limits', () => {
  const hang: Listener = () => {}

  it('gives up after --request-timeout', async () => {
    const { url } = await serve(hang)
    const cluster = await connectTo(url, {}, { requestTimeout: '50ms' })
    await expect(cluster.get('/x')).rejects.toMatchObject({
      problem: 'timeout',
      message:
        'Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      hint: `${url} did not answer in 0.05 seconds (--request-timeout).`,
    })
  })

  it('counts the whole answer', async () => {
    const { url } = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 10)
      response.once('close', () => clearInterval(timer))
    })
    await expect((await connectTo(url)).get('/x', { timeoutMs: 60 })).rejects.toMatchObject({
      problem: 'timeout',
    })
  })

  it('limits a stream’s head, not its length', async () => {
    const { url } = await serve((_, response) => {
      response.write('a')
      setTimeout(() => response.end('b'), 150)
    })
    const cluster = await connectTo(url, {}, { requestTimeout: '100ms' })
    let text = ''
    for await (const chunk of await cluster.stream('/x')) text += Buffer.from(chunk).toString()
    expect(text).toBe('ab')
    const hanging = await connectTo((await serve(hang)).url, {}, { requestTimeout: '50ms' })
    await expect(hanging.stream('/x')).rejects.toMatchObject({ problem: 'timeout' })
  })

  it('ends calls and streams with the signal’s reason', async () => {
    const closed = Promise.withResolvers<void>()
    const { url } = await serve((_, response) => {
      response.write('a')
      response.once('close', closed.resolve)
    })
    const cluster = await connectTo(url)
    const controller = new AbortController()
    const reading = (async () => {
      for await (const _ of await cluster.stream('/x', { signal: controller.signal }))
        controller.abort(new Error('enough'))
    })()
    await expect(reading).rejects.toThrow('enough')
    await closed.promise
    await expect(cluster.get('/x', { signal: controller.signal })).rejects.toThrow('enough')
  })

  it('ends calls under way when the cluster is closed, and refuses new ones', async () => {
    const { url } = await serve(hang)
    const cluster = await connectTo(url)
    setTimeout(() => cluster.close(), 50)
    await expect(cluster.get('/x')).rejects.toThrow('closed')
    await expect(cluster.get('/x')).rejects.toThrow('closed')
  })

  it('closes the connection when a stream is left', async () => {
    const closed = Promise.withResolvers<void>()
    const { url } = await serve((_, response) => {
      response.write('a')
      response.once('close', closed.resolve)
    })
    for await (const _ of await (await connectTo(url)).stream('/x')) break
    await closed.promise
  })

  it('holds a fast server back while nobody reads', async () => {
    let written = 0
    const { url } = await serve((_, response) => {
      const chunk = Buffer.alloc(1 << 16)
      const write = (): void => {
        while (written < 1 << 28 && response.write(chunk)) written += chunk.length
      }
      response.on('drain', write)
      write()
    })
    const stream = await (await connectTo(url)).stream('/x')
    await stream[Symbol.asyncIterator]().next()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(written).toBeLessThan(1 << 25)
  })
})

describe('what the user hears', () => {
  it('tells a warning once', async () => {
    const server = await serve((_, response) => {
      json(response, {}, 200, { Warning: '299 - "old \\"v1\\" API", 299 - "second", 199 - "not this"' })
    })
    const recorded = environment()
    const cluster = await connectTo(server.url, {}, {}, recorded)
    await cluster.get('/x')
    await cluster.get('/y')
    expect(recorded.warnings).toEqual(['old "v1" API', 'second'])
  })

  const logOf = async (verbosity: number) => {
    const server = await serve((_, response) =>
      json(response, { long: 'x'.repeat(2000) }, 200, { 'Set-Cookie': 'id=secret' }),
    )
    const recorded = environment({ verbosity })
    const cluster = await connectTo(server.url, { as: 'jane' }, {}, recorded)
    await cluster.create('/x', { a: 1 }, { query: { dryRun: 'All' } })
    return recorded.lines.map((line) =>
      line.replace(server.url, 'URL').replace(/\d+ milliseconds/, 'N milliseconds'),
    )
  }

  it('shows nothing below -v 6, and more with each step', async () => {
    expect(await logOf(5)).toEqual([])
    expect(await logOf(6)).toEqual(['POST URL/x?dryRun=All 200 OK in N milliseconds'])
    const seven = await logOf(7)
    expect(seven[0]).toBe('POST URL/x?dryRun=All')
    expect(seven).toContain('    Impersonate-User: jane')
    expect(seven.at(-1)).toBe('Response Status: 200 OK in N milliseconds')
    const eight = await logOf(8)
    expect(eight).toContain('Request Body: {"a":1}')
    expect(eight).toContain('    Set-Cookie: <masked>')
    expect(eight.at(-1)).toMatch(/^Response Body: \{"long":"x+ \[truncated 987 chars\]$/)
  })
})
