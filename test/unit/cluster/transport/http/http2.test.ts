import type { RequestListener } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import { createServer } from 'node:https'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { connectTo, environment } from '../../support/kubeconfig.ts'
import { makeAuthority } from '../../support/pki.ts'
import { json, listen, startServer } from '../../support/server.ts'

let authority: ReturnType<typeof makeAuthority>
beforeAll(() => {
  authority = makeAuthority('test authority')
})

const issue = () => authority.issue({ commonName: 'server', ipAddresses: ['127.0.0.1'] })

async function connect(url: string, recorded = environment()) {
  const trusting = {
    server: url,
    'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
  }
  return await connectTo(trusting, {}, {}, recorded)
}

async function serve(listener: RequestListener) {
  const server = await startServer(listener, issue())
  onTestFinished(() => server.close())
  return { server, cluster: await connect(server.url) }
}

/** The HTTP/2 connection that a request came by. */
const sessionOf = (request: object): ServerHttp2Session =>
  (request as { stream: { session: ServerHttp2Session } }).stream.session

const version: RequestListener = ({ httpVersion }, response) => json(response, { httpVersion })

describe('a shared connection', () => {
  it('takes all requests at once', async () => {
    const waiting: (() => void)[] = []
    const { server, cluster } = await serve((request, response) => {
      waiting.push(() => version(request, response))
      if (waiting.length === 20) for (const answer of waiting) answer()
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => cluster.get('/x')))
    expect(answers).toEqual(Array.from({ length: 20 }, () => ({ httpVersion: '2.0' })))
    expect(server.connections).toBe(1)
  })

  it('carries what is sent, and answers that are longer than any window', async () => {
    const { cluster } = await serve((request, response) => {
      let bytes = 0
      request.on('data', (chunk: Buffer) => (bytes += chunk.length))
      request.on('end', () => json(response, { bytes, text: 'ü'.repeat(5_000_000) }))
    })
    expect(await cluster.get('/x')).toMatchObject({ bytes: 0 })
    const body = { text: 'x'.repeat(1_000_000) }
    const { bytes, text } = await cluster.create<{ bytes: number; text: string }>('/x', body)
    expect(bytes).toBe(JSON.stringify(body).length)
    expect(text).toBe('ü'.repeat(5_000_000))
  })

  it('brings headers as HTTP/1.1 does', async () => {
    const { server } = await serve((_, response) => {
      response.setHeader('Warning', ['299 - "one"', '299 - "two"'])
      response.setHeader('Set-Cookie', ['a=1', 'b=2'])
      json(response, {}, 201)
    })
    const recorded = environment({ verbosity: 8 })
    const cluster = await connect(server.url, recorded)
    const { headers } = await cluster.answer('/x')
    expect(headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)).toEqual([
      'a=1',
      'b=2',
    ])
    expect(recorded.warnings).toEqual(['one', 'two'])
    expect(recorded.lines.join('\n')).toMatch(/Response Status: 201 Created in \d+ milliseconds/)
    expect(recorded.lines.filter((line) => line.includes(':status'))).toEqual([])
  })

  it('brings text that is no JSON', async () => {
    const { cluster } = await serve((_, response) => response.end('iptables'))
    expect(await cluster.text('/proxyMode')).toBe('iptables')
  })

  it('is not that of what lasts', async () => {
    const { server, cluster } = await serve(version)
    expect(await cluster.get('/x')).toEqual({ httpVersion: '2.0' })
    const [chunk] = await Array.fromAsync(await cluster.stream('/log'))
    expect(JSON.parse(Buffer.from(chunk ?? []).toString())).toEqual({ httpVersion: '1.1' })
    expect(server.connections).toBe(2)
  })

  it('is made anew when the server says good-bye, and nobody notices', async () => {
    const { server, cluster } = await serve((request, response) => {
      json(response, {})
      sessionOf(request).close()
    })
    for (let count = 0; count < 3; count++) expect(await cluster.get('/x')).toEqual({})
    expect(server.connections).toBeGreaterThanOrEqual(2)
  })

  it('is made anew when it was cut, for what may be sent twice', async () => {
    let count = 0
    const { server, cluster } = await serve((request, response) => {
      count += 1
      if (count % 2 === 0) json(response, {})
      else sessionOf(request).destroy()
    })
    expect(await cluster.get('/x')).toEqual({})
    await expect(cluster.create('/x', {})).rejects.toThrow(/connection reset by peer/)
    expect(server.requests).toEqual(['GET /x', 'GET /x', 'POST /x'])
  })

  it('is cut under something that changes: that is told, and not sent again', async () => {
    const { server, cluster } = await serve((request, response) => {
      if (request.method === 'GET') json(response, {})
      else sessionOf(request).destroy()
    })
    expect(await cluster.get('/x')).toEqual({})
    await expect(cluster.create('/x', {})).rejects.toThrow(/connection reset by peer/)
    expect(await cluster.get('/x')).toEqual({})
    expect(server.requests).toEqual(['GET /x', 'POST /x', 'GET /x'])
  })

  it('tells when it is cut in the middle of an answer', async () => {
    const { server, cluster } = await serve((_, response) => {
      response.writeHead(200)
      response.write('{"a":', () => setTimeout(() => server.cut(), 50))
    })
    await expect(cluster.create('/x', {})).rejects.toMatchObject({ problem: 'reset' })
  })

  it('outlives a request that was given up, and takes no more', async () => {
    let answer = (): void => undefined
    const { server, cluster } = await serve((request, response) => {
      if (request.url === '/never') return
      if (request.url === '/later') answer = () => json(response, {})
      else json(response, {})
    })
    const later = cluster.get('/later')
    const signal = AbortSignal.timeout(100)
    await expect(cluster.get('/never', { signal })).rejects.toThrow('time')
    // The silence may have been the connection's.
    expect(await cluster.get('/x')).toEqual({})
    expect(server.connections).toBe(2)
    answer()
    expect(await later).toEqual({})
  })

  it('ends with the cluster, with all that is under way', async () => {
    const { cluster } = await serve(() => cluster.close())
    await expect(cluster.create('/x', {})).rejects.toThrow(/connection reset by peer|closed/)
    await expect(cluster.get('/x')).rejects.toThrow('the connection to the cluster was closed')
  })
})

it('HTTP/2 can be switched off as for kubectl', async () => {
  const server = await startServer(version, issue())
  onTestFinished(() => server.close())
  const cluster = await connect(server.url, environment({ env: { DISABLE_HTTP2: '1' } }))
  expect(await cluster.get('/x')).toEqual({ httpVersion: '1.1' })
})

it('a server without HTTP/2 is asked by few connections', async () => {
  const server = await listen(createServer(issue(), version))
  onTestFinished(() => server.close())
  const cluster = await connect(`https://127.0.0.1:${server.port}`)
  const answers = await Promise.all(Array.from({ length: 20 }, () => cluster.get('/x')))
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"httpVersion":"1.1"}']))
  // The first one found out.
  expect(server.opened()).toBe(4)
})
