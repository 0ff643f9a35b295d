import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AgentConfig } from '../../../../src/agent/config.ts'
import { createDecoder } from '../../../../src/agent/protocol/decode.ts'
import { createIdentifier } from '../../../../src/agent/answers/identify.ts'
import { shellSource } from '../../../../src/agent/shell/script.generated.ts'
import { agentCommand, shellScript } from '../../../../src/probe/run/clients/agent.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { makeAuthority } from '../../cluster/support/pki.ts'

const find = (name: string): string | undefined => {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
  return found === '' ? undefined : found
}
const busybox = find('busybox')

/** A PATH with these programs only, each the machine's own or busybox's. */
function pathWith(programs: Record<string, string | undefined>): string {
  const folder = temporaryFolder()
  for (const [name, target] of Object.entries(programs)) {
    // Not a link: busybox's shell would run its own instead.
    if (target === undefined) continue
    const command = target === busybox ? `${busybox} ${name}` : target
    writeFileSync(join(folder, name), `#!${find('dash') ?? '/bin/sh'}\nexec ${command} "$@"\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

const needs = { sleep: busybox, date: busybox, head: busybox, cat: busybox }
/** What they make of connections that are refused, closed, or never answered. */
const told = { refused: 'refused', closed: 'reset', slow: 'timeout' }
/** GNU's wget says nothing of failures when it is told to say nothing of success. */
const mute = { refused: 'error', closed: 'error', slow: 'error' }
const tools = {
  curl: { tool: 'curl', program: find('curl'), outcomes: told },
  "GNU's wget": { tool: 'wget', program: find('wget'), outcomes: mute },
  "busybox's wget": { tool: 'wget', program: busybox, outcomes: told },
  nc: { tool: 'nc', program: busybox, outcomes: { ...told, closed: 'error' } },
}
/** busybox's own shell takes its own tools whatever the PATH says; the tests on the cluster have it run those. */
const shells: Record<string, string | undefined> = { dash: find('dash'), bash: find('bash') }

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

interface Asked {
  config: AgentConfig
  attached: boolean
}

interface More extends Partial<AgentConfig> {
  scheme?: 'auto' | 'http' | 'https'
  insecure?: boolean
  attached?: boolean
}

function configFor(port: number, more: More = {}): Asked {
  const { scheme = 'http', insecure = false, attached = false, ...rest } = more
  return {
    attached,
    config: {
      targets: [
        {
          scheme,
          host: '127.0.0.1',
          port,
          path: '/where?a=b',
          hostHeader: 'web.shop.svc',
          tls: insecure ? { insecure } : {},
        },
      ],
      ...(rest.durationMs === undefined ? { requests: 3 } : {}),
      intervalMs: 10,
      timeoutMs: 2000,
      keepAlive: false,
      identify: { kind: 'auto' },
      needles: [],
      ...rest,
    },
  }
}

/** The script as an exec runs it. */
const command = ({ config, attached }: Asked): Promise<string> => shellScript(config, 30, attached)

const identify = createIdentifier({ kind: 'auto' }, [['pod-1'], ['pod-2']])

async function observe(shell: string, path: string, asked: Asked) {
  const child = spawn(shell, ['-c', await command(asked)], {
    env: { PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  await once(child, 'close')
  const decoder = createDecoder({ identify, isBackend: () => false })
  const decoded = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => decoder.push(line))
  const first = <K extends keyof (typeof decoded)[number]>(key: K) =>
    decoded.map((line) => line[key]).find((value) => value !== undefined)
  return {
    text,
    observations: decoded.flatMap(({ observations }) => observations),
    hello: first('hello'),
    start: first('start'),
    end: first('end'),
    failure: first('failure'),
    error: first('error'),
    foreign: decoded.map(({ foreign }) => foreign).filter((line) => line !== undefined),
  }
}

const missing = (...names: (string | undefined)[]): boolean => names.some((name) => name === undefined)

for (const [shellName, shell = ''] of Object.entries(shells)) {
  for (const [toolName, { tool, program, outcomes }] of Object.entries(tools)) {
    const name = `the agent in ${shellName} with ${toolName}`
    if (missing(shells[shellName], program, busybox)) {
      test.skip(`${name} (skipped: this machine lacks it, or busybox)`, () => {})
      continue
    }
    describe(name, () => {
      const path = pathWith({ ...needs, [tool]: program })

      test('reports each answer, recognised, with its status', async () => {
        let count = 0
        const seen: string[] = []
        const server = createServer((request, response) => {
          seen.push(`${request.method} ${request.url} ${request.headers.host}`)
          response.setHeader('X-Pod', `pod-${(count++ % 2) + 1}`)
          response.end('first line\n\nthird "line" with \\ $(echo no) `no`\n')
        })
        const result = await observe(shell, path, configFor(await listening(server)))
        expect(result).toMatchObject({ hello: { tool }, error: undefined, foreign: [] })
        expect(seen).toStrictEqual(Array.from({ length: 3 }, () => 'GET /where?a=b web.shop.svc'))
        expect(result.observations).toMatchObject([
          {
            number: 1,
            outcome: 'answered',
            status: 200,
            identity: { source: 'header:x-pod', value: 'pod-1' },
          },
          { number: 2, outcome: 'answered', status: 200, identity: { value: 'pod-2' } },
          { number: 3, outcome: 'answered', status: 200, identity: { value: 'pod-1' } },
        ])
        expect(result.start).toMatchObject({ scheme: 'http' })
        expect(result.end).toMatchObject({ reason: 'done', requests: 3, switches: 2 })
      })

      test('reads a body that names a pod, and one that is long', async () => {
        const server = createServer((_request, response) => response.end(`pod-2\n${'x'.repeat(50_000)}`))
        const { observations } = await observe(
          shell,
          path,
          configFor(await listening(server), { requests: 1 }),
        )
        expect(observations).toMatchObject([
          { outcome: 'answered', identity: { source: 'body', value: 'pod-2' } },
        ])
      })

      test('an HTTP error is an answer', async () => {
        const server = createServer((_request, response) => response.writeHead(503).end('pod-1 is busy'))
        const { observations } = await observe(shell, path, configFor(await listening(server)))
        expect(observations).toHaveLength(3)
        expect(observations[0]).toMatchObject({ outcome: 'answered', status: 503 })
      })

      test('tells a refused connection', async () => {
        const server = createTcpServer()
        const port = await listening(server)
        server.close()
        await once(server, 'close')
        const { observations, failure } = await observe(shell, path, configFor(port, { requests: 2 }))
        expect(observations.map(({ outcome }) => outcome)).toStrictEqual([outcomes.refused, outcomes.refused])
        expect(failure).toMatchObject({ number: 1, outcome: outcomes.refused })
      })

      test('tells a connection that is closed without an answer', async () => {
        const port = await listening(createTcpServer((socket) => socket.destroy()))
        const { observations } = await observe(shell, path, configFor(port, { requests: 1 }))
        expect(observations).toMatchObject([{ outcome: outcomes.closed }])
      })

      test('gives up after the time limit', async () => {
        const port = await listening(createTcpServer(() => {}))
        const { observations } = await observe(shell, path, configFor(port, { requests: 1, timeoutMs: 100 }))
        expect(observations).toMatchObject([{ outcome: outcomes.slow }])
      })

      test('marks each request', async () => {
        const seen: string[] = []
        const server = createServer((request, response) => {
          seen.push(`${request.url} ${request.headers['user-agent']}`)
          response.end()
        })
        const port = await listening(server)
        await observe(shell, path, configFor(port, { requests: 2, marker: { text: 'm', in: 'query' } }))
        await observe(shell, path, configFor(port, { requests: 1, marker: { text: 'm', in: 'header' } }))
        expect(seen).toStrictEqual([
          '/where?a=b&affinity-probe=m-1 kubectl-affinity',
          '/where?a=b&affinity-probe=m-2 kubectl-affinity',
          '/where?a=b kubectl-affinity/m-1',
        ])
      })

      test('finds out that the port speaks HTTP, with a request that does not count', async () => {
        let count = 0
        const server = createServer((_request, response) => response.end(`pod-${++count}`))
        const { observations, start } = await observe(
          shell,
          path,
          configFor(await listening(server), { scheme: 'auto', requests: 1 }),
        )
        expect(start).toMatchObject({ scheme: 'http' })
        expect(observations).toMatchObject([{ number: 1, identity: { value: 'pod-2' } }])
      })
    })
  }
}

describe.skipIf(missing(shells['dash'], tools.curl.program, busybox))('the agent in dash with curl', () => {
  const dash = shells['dash'] ?? ''
  const path = pathWith({ ...needs, curl: tools.curl.program })

  test('speaks TLS where the port does', async () => {
    const identity = makeAuthority('authority').issue({ commonName: 'web', dnsNames: ['web.shop.svc'] })
    const server = createHttpsServer(identity, (request, response) =>
      response.end(`pod-1 ${request.headers.host}`),
    )
    const port = await listening(server)
    const trusting = await observe(
      dash,
      path,
      configFor(port, { scheme: 'auto', requests: 1, insecure: true }),
    )
    expect(trusting).toMatchObject({ start: { scheme: 'https' } })
    expect(trusting.observations).toMatchObject([{ outcome: 'answered', identity: { value: 'pod-1' } }])
    const { observations } = await observe(dash, path, configFor(port, { scheme: 'https', requests: 1 }))
    expect(observations).toMatchObject([{ outcome: 'tls' }])
  })

  test('tells the port that it used', async () => {
    const ports: (number | undefined)[] = []
    const server = createServer((request, response) => {
      ports.push(request.socket.remotePort)
      response.end('pod-1')
    })
    const { observations } = await observe(dash, path, configFor(await listening(server)))
    expect(observations.map(({ localPort }) => localPort)).toStrictEqual(ports)
  })

  test('works without a fine clock, and without sleeps of fractions of a second', async () => {
    const server = createServer((_request, response) => response.end('pod-1'))
    const plain = pathWith({ ...needs, curl: tools.curl.program, date: undefined, sleep: undefined })
    writeFileSync(join(plain, 'date'), '#!/bin/sh\necho 1700000000\n', { mode: 0o755 })
    writeFileSync(join(plain, 'sleep'), '#!/bin/sh\ncase $1 in *.*) exit 1 ;; esac\n', { mode: 0o755 })
    const result = await observe(dash, plain, configFor(await listening(server)))
    expect(result.hello).toMatchObject({ isCoarse: true })
    expect(result.observations).toHaveLength(3)
    for (const { atMs, latencyMs } of result.observations) {
      expect(atMs).toBeGreaterThanOrEqual(0)
      expect(latencyMs).toBeGreaterThan(0)
    }
  })

  test('ends when its input does, and leaves no process', async () => {
    const server = createServer((_request, response) => response.end('pod-1'))
    const port = await listening(server)
    const config = configFor(port, { durationMs: 60_000, attached: true })
    const child = spawn(dash, ['-c', await command(config)], {
      env: { PATH: path },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    })
    await once(child.stdout, 'data')
    child.stdin.end()
    await once(child, 'exit')
    const left = (): string =>
      spawnSync('ps', ['-o', 'args=', '-g', String(child.pid)], { encoding: 'utf8' }).stdout
    // Of what had ended, this machine's first process takes care a little later.
    await expect.poll(left, { timeout: 5000 }).toBe('')
  })
})

test('says what is missing', async () => {
  const path = pathWith({ sleep: busybox, date: busybox, wget: busybox })
  const { error } = await observe('/bin/sh', path, configFor(1))
  expect(error).toBe('it has none of curl, wget and nc (the last two need head)')
})

test('the rhythm by chance is that of the agent in Node', () => {
  const [draw = ''] = /draw\(\) \{[\s\S]*?\n\}/.exec(shellSource) ?? []
  const gaps = (from: string): number[] => {
    const script = `${draw}\ninterval=20 by_chance=1 seed=1 ${from}\nwhile [ $number -le 2002 ]; do draw; echo $gap; number=$((number + 1)); done`
    return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n').map(Number)
  }
  const [first, ...others] = gaps('number=2')
  expect(first).toBe(20)
  expect(others.reduce((sum, gap) => sum + gap, 0) / others.length).toBeCloseTo(20, 0)
  expect(new Set(others.slice(0, 50)).size).toBeGreaterThan(5)
  // A quarter of them is as short as can be.
  expect(others.filter((gap) => gap === 5).length / others.length).toBeCloseTo(1 / 4, 1)
  expect(Math.min(...others)).toBe(5)
})

test('the script is small, and is a valid one', () => {
  expect(shellSource.length).toBeLessThan(6000)
  expect(execFileSync('sh', ['-n', '-c', shellSource]).length).toBe(0)
})

/** What a kubelet makes of a container's command: kubernetes/kubernetes, third_party/forked/golang/expansion. */
function expanded(text: string): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole) => (whole === '$$' ? '$' : 'REPLACED'))
}

describe('the command in a Job', () => {
  test('of an image with a shell is, after the kubelet, the script', async () => {
    const asked = configFor(80)
    const [program, flag, script = ''] = await agentCommand(asked.config, 'shell', 30)
    expect([program, flag]).toStrictEqual(['sh', '-c'])
    expect(expanded(script)).toBe(await command(asked))
  })

  test('of an image that nothing is known of prefers Node', async () => {
    const { config } = configFor(80)
    const [program, , script = '', , ...rest] = await agentCommand(config, 'either', 30)
    expect(program).toBe('sh')
    expect(script).toMatch(/^command -v node .* && exec node "\$@"\nset -- http 127\.0\.0\.1 80 /)
    expect(['node', ...rest]).toStrictEqual(await agentCommand(config, 'node', 30))
  })

  test('is Node’s where a shell cannot do what is asked', async () => {
    const { config } = configFor(80, { keepAlive: true })
    expect((await agentCommand(config, 'either', 30))[0]).toBe('node')
  })

  test('survives quotes in what the user gave', async () => {
    const { config } = configFor(80)
    const path = "/a'b$(date)$$`x`"
    config.targets[0]!.path = path
    const [, , script = ''] = await agentCommand(config, 'shell', 30)
    const lines = expanded(script).split('\n')
    const echo = spawnSync('sh', ['-c', `${lines[0]}\nprintf %s "$4"`], { encoding: 'utf8' })
    expect(echo.stdout).toBe(path)
  })
})
