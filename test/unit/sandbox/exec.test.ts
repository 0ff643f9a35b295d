import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import http, { type IncomingMessage } from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exec, execToEnd } from '../../../src/cluster/exec/index.ts'
import type { Cluster } from '../../../src/cluster/index.ts'
import type { Status } from '../../../src/model/cluster/kubernetes.ts'
import { acceptanceSuffix, frame, FrameReader, opcodes } from '../../../src/model/common/network/websocket.ts'
import { parseProcNet } from '../../../src/probe/count/attribution/sockets.ts'
import { refuseUpgrade, serveExec } from '../../../src/sandbox/api/pods/exec.ts'
import { failureOf } from '../../../src/sandbox/failure.ts'
import { addressPlan } from '../../../src/sandbox/network/address-plan.ts'
import { ContainerLog } from '../../../src/sandbox/pods/log.ts'
import { Programs } from '../../../src/sandbox/pods/programs.ts'
import type { Resource } from '../../../src/sandbox/objects/resource.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { connectTo } from '../cluster/support/kubeconfig.ts'
import { listen } from '../cluster/support/server.ts'

const folder = temporaryFolder()
const programs = new Programs(folder)
const plan = addressPlan(252)
const podIp = plan.pod(1, 9)

/** A pod with the containers `app` and `helper`, of which the first one runs unless `runs` says otherwise. */
async function podThat({ image = 'any/thing:1', runs = true } = {}) {
  const ended = Promise.withResolvers<number>()
  onTestFinished(() => ended.resolve(0))
  const pod = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { nodeName: 'node1', containers: [{ name: 'app' }, { name: 'helper' }] },
  } as unknown as Resource
  const target = {
    container: { log: new ContainerLog(), ended: ended.promise, stop: () => ended.resolve(143) },
    options: {
      pod: 'web',
      namespace: 'shop',
      image,
      podIp,
      nodeIp: plan.node(1),
      env: { COLOUR: 'red' },
      ports: [],
      lowestPort: 1,
      plan,
    },
    programs,
  }
  const server = http.createServer()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {})
    const query = new URL(request.url ?? '', 'http://any').searchParams
    serveExec({ pod, target: runs ? target : undefined, query }, request, socket, head).catch(
      (error: unknown) => refuseUpgrade(socket, failureOf(error).status),
    )
  })
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { port, cluster: await connectTo(`http://127.0.0.1:${port}`), stop: () => ended.resolve(143) }
}

const web = { namespace: 'shop', pod: 'web', container: 'app' }
const sh = (script: string): { command: string[] } => ({ command: ['sh', '-c', script] })

const run = async (cluster: Cluster, script: string) => await execToEnd(cluster, { ...web, ...sh(script) })

/** A client that says what it likes. `answer` is the head of the response, or all of it when nothing was upgraded. */
async function rawClient(port: number, query: string, headers: Record<string, string> = {}) {
  const socket = net.connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const all = {
    Host: 'any',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'a2V5',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'v5.channel.k8s.io',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /exec?${query} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const reader = new FrameReader('server')
  const messages: { opcode: number; data: Buffer }[] = []
  const answered = Promise.withResolvers<string>()
  const closed = Promise.withResolvers<void>()
  let before: Buffer | undefined = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    let rest: Buffer = bytes
    if (before !== undefined) {
      before = Buffer.concat([before, bytes])
      const end = before.indexOf('\r\n\r\n')
      if (end < 0 || !before.toString().startsWith('HTTP/1.1 101')) return
      answered.resolve(before.subarray(0, end).toString())
      rest = before.subarray(end + 4)
      before = undefined
    }
    messages.push(...reader.push(rest))
  })
  socket.on('close', () => {
    answered.resolve(String(before))
    closed.resolve()
  })
  return {
    socket,
    messages,
    answer: await answered.promise,
    closed: closed.promise,
    send: (opcode: number, ...bytes: number[]) =>
      socket.write(frame(opcode, Uint8Array.from(bytes), Uint8Array.of(1, 2, 3, 4))),
    /** What came on a channel. */
    on: (channel: number) =>
      Buffer.concat(
        messages.flatMap(({ opcode, data }) =>
          opcode === opcodes.binary && data[0] === channel ? [data.subarray(1)] : [],
        ),
      ).toString(),
  }
}

const bytesOf = (text: string): number[] => [...Buffer.from(text)]

describe('a program in a pod of the sandbox', () => {
  test('has an exit code, and two kinds of output', async () => {
    const { cluster } = await podThat()
    const result = await run(cluster, 'echo out; echo err >&2; exit 7')
    expect(result).toStrictEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n', problem: '' })
    expect(await run(cluster, ':')).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await run(cluster, 'kill -9 $$')).toMatchObject({ exitCode: 137 })
  })

  test('has the name, the environment and the programs of its container, and no others', async () => {
    const { cluster } = await podThat()
    const { stdout } = await run(
      cluster,
      'hostname; echo $COLOUR; command -v rm; command -v node >/dev/null; echo $?',
    )
    expect(stdout).toBe('web\nred\n0\n')
    const node = await execToEnd(cluster, { ...web, command: ['node', '-p', 'require("os").hostname()'] })
    expect(node).toMatchObject({ exitCode: 0, stdout: 'web\n' })
    expect(await execToEnd(cluster, { ...web, command: ['/bin/sh', '-c', 'exit 3'] })).toMatchObject({
      exitCode: 3,
    })
  })

  test.each([
    ['any/thing:1', 'rm', 'exec: "rm": executable file not found in $PATH'],
    ['any/thing:1', '/opt/none', 'exec: "/opt/none": stat /opt/none: no such file or directory'],
    ['registry.k8s.io/pause:3.10', 'sh', 'exec: "sh": executable file not found in $PATH'],
    ['docker.io/library/busybox:1', 'node', 'exec: "node": executable file not found in $PATH'],
    ['docker.io/library/busybox:1', 'curl', 'exec: "curl": executable file not found in $PATH'],
  ])('is not there: in %s, %s', async (image, program, words) => {
    const { cluster } = await podThat({ image })
    const { exitCode, problem } = await execToEnd(cluster, { ...web, command: [program] })
    expect(exitCode).toBeUndefined()
    expect(problem).toContain(
      `OCI runtime exec failed: exec failed: unable to start container process: ${words}`,
    )
  })

  test('reads what it is sent, until the channel is closed', async () => {
    const { port } = await podThat()
    const client = await rawClient(port, 'container=app&command=cat&stdin=true&stdout=true')
    const accept = createHash('sha1').update(`a2V5${acceptanceSuffix}`).digest('base64')
    expect(client.answer).toContain(`Sec-WebSocket-Accept: ${accept}`)
    expect(client.answer).toContain('Sec-WebSocket-Protocol: v5.channel.k8s.io')
    client.send(opcodes.binary, 0, ...bytesOf('one '))
    client.send(opcodes.ping, ...bytesOf('still there'))
    client.send(opcodes.binary, 0, ...bytesOf('two'))
    // A terminal's size, which nobody needs.
    client.send(opcodes.binary, 4, ...bytesOf('{"Width":80,"Height":24}'))
    client.send(opcodes.binary, 255, 0)
    await client.closed
    expect(client.on(1)).toBe('one two')
    expect(JSON.parse(client.on(3))).toStrictEqual({ metadata: {}, status: 'Success' })
    // An empty message first, to say that the connection is up.
    expect(client.messages[0]).toStrictEqual({ opcode: opcodes.binary, data: Buffer.of(1) })
    expect(client.messages.at(-1)).toStrictEqual({ opcode: opcodes.close, data: Buffer.of(0x03, 0xe8) })
    expect(
      client.messages.filter(({ opcode }) => opcode === opcodes.pong).map(({ data }) => String(data)),
    ).toStrictEqual(['still there'])
  })

  test('says its exit code as a Status', async () => {
    const { port } = await podThat()
    const client = await rawClient(port, 'container=app&command=sh&command=-c&command=exit+4&stdout=true', {
      'Sec-WebSocket-Protocol': 'channel.k8s.io, v4.channel.k8s.io',
    })
    expect(client.answer).toContain('Sec-WebSocket-Protocol: v4.channel.k8s.io')
    await client.closed
    expect(JSON.parse(client.on(3))).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '4' }] },
    })
  })

  test('is sent more than it reads, and says more than is read', async () => {
    const { cluster, port } = await podThat()
    const much = 'yes 0123456789abcdef | head -c 5000000'
    expect((await run(cluster, much)).stdout).toHaveLength(5_000_000)
    const client = await rawClient(port, 'container=app&command=sleep&command=0.3&stdin=true&stdout=true')
    for (let sent = 0; sent < 100; sent++)
      client.socket.write(frame(opcodes.binary, Buffer.alloc(60_001), Buffer.alloc(4)))
    await client.closed
    expect(client.on(3)).toContain('Success')
  })

  test('ends with its connection, and all that it started with it', { timeout: 20_000 }, async () => {
    const { cluster } = await podThat()
    let pids: string[] = []
    for await (const event of exec(cluster, { ...web, ...sh('sleep 60 & echo $$ $!; wait') })) {
      if (event.kind !== 'stdout') continue
      pids = Buffer.from(event.bytes).toString().trim().split(' ').filter(Boolean)
      if (pids.length > 0) break
    }
    expect(pids).toHaveLength(2)
    const alive = (): boolean => pids.some((pid) => existsSync(`/proc/${pid}`))
    await expect.poll(alive, { timeout: 10_000 }).toBe(false)
  })

  test('ends with its container', async () => {
    const { cluster, stop } = await podThat()
    setTimeout(stop, 200)
    expect(await run(cluster, 'sleep 60')).toMatchObject({ exitCode: 137 })
  })

  const terminals = new Programs('').ofMachine('script') !== undefined
  const why = terminals ? '' : ' (skipped: this machine has no "script")'
  test.skipIf(!terminals)(`has a terminal where it is asked for${why}`, async () => {
    const { port } = await podThat()
    const query = 'container=app&command=sh&stdin=true&stdout=true&stderr=true&tty=true'
    const client = await rawClient(port, query)
    client.send(opcodes.binary, 0, ...bytesOf('test -t 0 && echo $((40+2)); exit 5\r'))
    await client.closed
    expect(client.on(1)).toMatch(/42\r\n/)
    expect(client.on(3)).toContain('"message":"5"')
  })
})

describe('what is refused before the connection is upgraded', () => {
  const statusOf = (answer: string): Status =>
    JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Status

  test.each([
    [
      'stdout=true&command=ls',
      'a container name must be specified for pod web, choose one of: [app helper]',
      400,
    ],
    ['container=none&command=ls&stdout=true', 'container none is not valid for pod web', 400],
    ['container=app&stdout=true', 'you must specify at least one command for the container', 400],
    ['container=app&command=ls', 'you must specify at least 1 of stdin, stdout, stderr', 400],
  ])('%s', async (query, message, code) => {
    const { port } = await podThat()
    const { answer } = await rawClient(port, query)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${code} `))
    expect(statusOf(answer)).toMatchObject({ kind: 'Status', code, message })
  })

  test('other protocols', async () => {
    const { port } = await podThat()
    const query = 'container=app&command=ls&stdout=true'
    const spdy = await rawClient(port, query, { Upgrade: 'SPDY/3.1' })
    expect(statusOf(spdy.answer)).toMatchObject({ code: 501, message: /WebSocket only, not over SPDY/ })
    const old = await rawClient(port, query, { 'Sec-WebSocket-Protocol': 'channel.k8s.io' })
    expect(statusOf(old.answer)).toMatchObject({ code: 400, message: /server accepts \[v5.channel.k8s.io / })
  })

  test.each([
    ['a container that has ended', { runs: false }, 'app'],
    ['a container that never runs here', {}, 'helper'],
  ])('%s, which is told afterwards', async (_, pod, container) => {
    const { cluster } = await podThat(pod)
    const { problem } = await execToEnd(cluster, { ...web, container, ...sh(':') })
    expect(problem).toBe(
      `Internal error occurred: unable to upgrade connection: container not found ("${container}")`,
    )
  })
})

describe('the network of a program in a pod', () => {
  /** A server in the pod, as prelude.ts makes one. */
  async function server(): Promise<number> {
    const server = http.createServer((request, response) =>
      response.end(`${request.headers.host} ${plan.logical(request.socket.remoteAddress ?? '')}`),
    )
    await new Promise<void>((resolve) => server.listen(0, plan.physical(podIp), resolve))
    onTestFinished(() => void server.close())
    return (server.address() as net.AddressInfo).port
  }

  test('its sockets are those on its address, and those only', async () => {
    const { cluster } = await podThat()
    const port = await server()
    const client = net.connect({ host: plan.physical(podIp), port, localAddress: '127.252.129.77' })
    onTestFinished(() => void client.destroy())
    await new Promise((resolve) => client.once('connect', resolve))
    const { stdout } = await execToEnd(cluster, {
      ...web,
      command: ['cat', '/proc/net/tcp', '/proc/net/tcp6'],
    })
    expect(stdout.match(/local_address/g)).toHaveLength(2)
    const sockets = parseProcNet(stdout)
    expect(sockets.filter(({ localAddress }) => localAddress !== podIp)).toStrictEqual([])
    // Another run of these tests on this machine has the same address.
    expect(sockets.filter(({ localPort }) => localPort === port)).toStrictEqual([
      { localAddress: podIp, localPort: port, remoteAddress: '240.252.129.77', remotePort: client.localPort },
    ])
  })

  const curl = new Programs('').ofMachine('curl')
  test.skipIf(curl === undefined)(
    `curl comes from its address${curl ? '' : ' (skipped: there is no curl)'}`,
    async () => {
      const { cluster } = await podThat()
      const port = await server()
      const connectTo = `--connect-to ::${podIp}:${port}`
      for (const [asked, host] of [
        [`http://${podIp}:${port}/a?b#c`, `${podIp}:${port}`],
        [`${podIp}:${port}`, `${podIp}:${port}`],
        [`localhost:${port}/`, `localhost:${port}`],
        [`${connectTo} http://web.shop.svc/`, 'web.shop.svc'],
      ])
        expect(await run(cluster, `curl -s ${asked}`)).toMatchObject({
          stdout: `${host} ${podIp}`,
          exitCode: 0,
        })
    },
  )
})
