import { beforeAll, describe, expect, it } from 'vitest'
import { type ExecEvent, exec, execToEnd } from '../../../src/cluster/exec/index.ts'
import { ConnectionError, isForbidden } from '../../../src/cluster/index.ts'
import { type FarEnd, frame, onChannel, startExecServer } from './support/exec-server.ts'
import { FrameReader, opcodes } from '../../../src/model/common/network/websocket.ts'
import { connectTo, environment } from './support/kubeconfig.ts'
import { type Authority, makeAuthority } from './support/pki.ts'
import { startHttpProxy } from './support/proxies.ts'

let authority: Authority
beforeAll(() => {
  authority = makeAuthority('test authority')
})

const success = JSON.stringify({ status: 'Success' })
const exited = (code: number): string =>
  JSON.stringify({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code ${code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  })

async function clusterThat(serve: (far: FarEnd) => void) {
  const server = await startExecServer(serve)
  return { cluster: await connectTo(`http://127.0.0.1:${server.port}`), far: server.far }
}

const web = { namespace: 'shop', pod: 'web' }

describe('exec', () => {
  it('hands over what a program writes, and its exit code', async () => {
    const { cluster, far } = await clusterThat(({ socket }) => {
      socket.write(Buffer.concat([onChannel(1, ''), onChannel(1, 'one\n'), onChannel(2, 'oops')]))
      socket.write(Buffer.concat([onChannel(1, 'two\n'), onChannel(3, exited(7))]))
    })
    const result = await execToEnd(cluster, { ...web, container: 'app', command: ['cat', 'a b'] })
    expect(result).toStrictEqual({ exitCode: 7, stdout: 'one\ntwo\n', stderr: 'oops', problem: '' })
    expect(far[0]?.request.url).toBe(
      '/api/v1/namespaces/shop/pods/web/exec?container=app&command=cat&command=a+b&stdin=false&stdout=true&stderr=true',
    )
    expect(far[0]?.request.headers['sec-websocket-protocol']).toBe('v5.channel.k8s.io, v4.channel.k8s.io')
  })

  it('says to a program what it is to read, in pieces that servers take', async () => {
    const said = 'é'.repeat(20_000)
    const { cluster, far } = await clusterThat((end) => {
      const reader = new FrameReader('client')
      const pieces: Buffer[] = []
      end.socket.on('data', (bytes: Buffer) => {
        for (const { data } of reader.push(bytes)) if (data[0] === 0) pieces.push(data.subarray(1))
        if (Buffer.concat(pieces).toString() !== said) return
        end.socket.write(Buffer.concat([onChannel(1, String(pieces.length)), onChannel(3, success)]))
      })
    })
    const result = await execToEnd(cluster, { ...web, command: ['cat'], stdin: said })
    expect(result).toMatchObject({ exitCode: 0, stdout: '3' })
    expect(far[0]?.request.url).toContain('&stdin=true&')
  })

  it('tells in the words of the container runtime why nothing ran', async () => {
    const message = 'exec: "cat": executable file not found in $PATH'
    const { cluster } = await clusterThat(({ socket }) => {
      socket.write(onChannel(3, JSON.stringify({ status: 'Failure', reason: 'InternalError', message })))
    })
    expect(await execToEnd(cluster, { ...web, command: ['cat'] })).toMatchObject({
      exitCode: undefined,
      problem: message,
    })
  })

  it('uses the credentials, the authority, the proxy and the impersonation of every other request', async () => {
    const identity = authority.issue({ commonName: 'server', dnsNames: ['api.test'] })
    const { port, far } = await startExecServer(
      ({ socket }) => void socket.write(onChannel(3, success)),
      identity,
    )
    const proxy = await startHttpProxy()
    const cluster = await connectTo(
      {
        server: `https://api.test:${port}`,
        'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
        'proxy-url': `http://127.0.0.1:${proxy.port}`,
      },
      { token: 'secret' },
      { as: 'jane', asGroups: ['dev'] },
      environment(),
    )
    expect(await execToEnd(cluster, { ...web, command: ['true'] })).toMatchObject({ exitCode: 0 })
    expect(proxy.asked).toEqual([`api.test:${port}`])
    expect(far[0]?.request.headers).toMatchObject({
      authorization: 'Bearer secret',
      'impersonate-user': 'jane',
      'impersonate-group': 'dev',
    })
  })

  it('rejects with ApiError when it is not allowed', async () => {
    const { cluster } = await clusterThat(() => {})
    const refused = execToEnd(cluster, { namespace: 'shop', pod: 'other', command: ['ls'] })
    expect(isForbidden(await refused.catch((error: unknown) => error))).toBe(true)
  })

  it('rejects when the connection breaks before the program ended', async () => {
    const { cluster } = await clusterThat(({ socket }) => {
      socket.write(onChannel(1, 'half'))
      setTimeout(() => socket.destroy(), 20)
    })
    await expect(execToEnd(cluster, { ...web, command: ['cat'] })).rejects.toThrow(ConnectionError)
  })

  it('answers pings, and closes the connection when the reader leaves', async () => {
    const closed = Promise.withResolvers<void>()
    const { cluster, far } = await clusterThat(({ socket }) => {
      socket.on('end', () => closed.resolve())
      socket.write(Buffer.concat([frame(opcodes.ping, 'are you there'), onChannel(1, 'x')]))
    })
    const seen: ExecEvent[] = []
    for await (const event of exec(cluster, { ...web, command: ['yes'], stdin: true })) {
      seen.push(event)
      break
    }
    await closed.promise
    expect(seen).toMatchObject([{ kind: 'stdout' }])
    // A masked pong of the same length, then the close.
    const [first = 0, second = 0] = far[0]!.received
    expect([first & 0x0f, second & 0x7f]).toStrictEqual([opcodes.pong, 13])
  })

  it('ends with the reason of the signal', async () => {
    const { cluster } = await clusterThat(({ socket }) => void socket.write(onChannel(1, 'x')))
    const controller = new AbortController()
    const running = (async () => {
      for await (const _ of exec(cluster, { ...web, command: ['yes'], signal: controller.signal }))
        controller.abort(new Error('enough'))
    })()
    await expect(running).rejects.toThrow('enough')
  })
})
