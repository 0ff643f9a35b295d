import { createServer } from 'node:net'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ConnectionError } from '../../../src/cluster/index.ts'
import { connectTo, environment } from './support/kubeconfig.ts'
import { type Authority, makeAuthority } from './support/pki.ts'
import { startHttpProxy, startSocksProxy } from './support/proxies.ts'
import { json, listen, startServer } from './support/server.ts'

let authority: Authority
beforeAll(() => {
  authority = makeAuthority('test authority')
})

/** A server that only the proxies can find: its name does not exist. */
async function hiddenServer(secure = true) {
  const identity = secure ? authority.issue({ commonName: 'server', dnsNames: ['api.test'] }) : undefined
  const server = await startServer(
    (request, response) => json(response, `${request.headers.host}${request.url}`),
    identity,
  )
  onTestFinished(() => server.close())
  return { server, host: `api.test:${server.port}`, ca: Buffer.from(authority.cert).toString('base64') }
}

describe('through a proxy', () => {
  it('reaches https servers by CONNECT, with one tunnel for several requests', async () => {
    const { server, host, ca } = await hiddenServer()
    const proxy = await startHttpProxy()
    const cluster = await connectTo({
      server: `https://${host}`,
      'certificate-authority-data': ca,
      'proxy-url': `http://us%40er:pass@127.0.0.1:${proxy.port}`,
    })
    expect(await cluster.get('/one')).toBe(`${host}/one`)
    expect(await cluster.get('/two')).toBe(`${host}/two`)
    expect(proxy.asked).toEqual([`${host} as us@er:pass`])
    expect(server.connections).toBe(1)
  })

  it('asks an http proxy for the whole URL of a plain server', async () => {
    const { host } = await hiddenServer(false)
    const proxy = await startHttpProxy()
    const recorded = environment({ env: { HTTP_PROXY: `127.0.0.1:${proxy.port}` } })
    const cluster = await connectTo(`http://${host}/prefix`, {}, {}, recorded)
    expect(await cluster.get('/one')).toBe(`${host}/prefix/one`)
    expect(proxy.asked).toEqual([`http://${host}/prefix/one`])
  })

  it('heeds HTTPS_PROXY', async () => {
    const { host, ca } = await hiddenServer()
    const proxy = await startHttpProxy()
    const recorded = environment({ env: { https_proxy: `http://127.0.0.1:${proxy.port}` } })
    const cluster = await connectTo(
      { server: `https://${host}`, 'certificate-authority-data': ca },
      {},
      {},
      recorded,
    )
    expect(await cluster.get('/one')).toBe(`${host}/one`)
  })

  it.each([true, false])('reaches servers by SOCKS 5 (https: %s)', async (secure) => {
    const { host, ca } = await hiddenServer(secure)
    const proxy = await startSocksProxy('user:pass')
    const cluster = await connectTo({
      server: `${secure ? 'https' : 'http'}://${host}`,
      ...(secure ? { 'certificate-authority-data': ca } : {}),
      'proxy-url': `socks5://user:pass@127.0.0.1:${proxy.port}`,
    })
    expect(await cluster.get('/one')).toBe(`${host}/one`)
    expect(proxy.asked).toEqual([host])
  })
})

describe('a proxy that does not help', () => {
  const problem = async (proxyUrl: string): Promise<ConnectionError> => {
    const cluster = await connectTo({ server: 'https://api.test:6443', 'proxy-url': proxyUrl })
    return cluster.get('/x').then(
      () => expect.unreachable(),
      (error: unknown) => error as ConnectionError,
    )
  }

  it('is quoted when it refuses', async () => {
    const http = await startHttpProxy(407)
    expect(await problem(`http://127.0.0.1:${http.port}`)).toMatchObject({
      problem: 'proxy',
      message: `Unable to connect to the server: proxy: 127.0.0.1:${http.port} answered 407 Refused`,
    })
    const socks = await startSocksProxy(undefined, 4)
    expect((await problem(`socks5://127.0.0.1:${socks.port}`)).message).toBe(
      `Unable to connect to the server: proxy: 127.0.0.1:${socks.port}: host unreachable`,
    )
    const strict = await startSocksProxy('user:pass')
    expect((await problem(`socks5://user:wrong@127.0.0.1:${strict.port}`)).message).toMatch(
      /refused the user name or password$/,
    )
  })

  it.each(['http', 'socks5'])('is not waited for longer than --request-timeout says: %s', async (scheme) => {
    const silent = await listen(createServer((socket) => void socket.resume()))
    onTestFinished(silent.close)
    const proxied = { server: 'https://api.test:6443', 'proxy-url': `${scheme}://127.0.0.1:${silent.port}` }
    const cluster = await connectTo(proxied, {}, { requestTimeout: '50ms' })
    await expect(cluster.get('/x')).rejects.toMatchObject({ problem: 'timeout' })
  })

  it('is named when it is not there', async () => {
    for (const scheme of ['http', 'socks5']) {
      expect(await problem(`${scheme}://127.0.0.1:1`)).toMatchObject({
        problem: 'proxy',
        message: 'Unable to connect to the server: proxy: 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
      })
    }
  })
})
