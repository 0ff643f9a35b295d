import type { ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConnectionError, followLog, type FollowLogOptions } from '../../../../src/cluster/index.ts'
import { connectTo } from '../support/kubeconfig.ts'
import { fail, json, startServer } from '../support/server.ts'

const stamp = (second: number): string => `2026-01-02T03:04:${String(second).padStart(2, '0')}.123456789Z`

interface LogRequest {
  follow: boolean
  since: string | null
  /** Writes a line with the time stamp of this second. */
  line(second: number, text: string): void
  raw(bytes: string | Uint8Array): void
  end(): void
  cut(): void
  refuse(code: number, message: string): void
}

/** A server with one pod. Each request for its log is handed to the next of the scripts. */
async function podServer(
  scripts: ((log: LogRequest) => void | Promise<void>)[],
  state: { ended: boolean },
  port = 0,
) {
  const logs: string[] = []
  const server = await startServer(
    (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
      if (!pathname.endsWith('/log')) {
        const running = { running: {} }
        const terminated = { terminated: { exitCode: 0 } }
        return json(response, {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'web-1' },
          spec: { containers: [] },
          status: {
            containerStatuses: [
              { name: 'other', state: terminated },
              { name: 'main', state: state.ended ? terminated : running },
            ],
          },
        })
      }
      logs.push(searchParams.toString())
      const script = scripts.shift()
      if (script) void script(logRequest(response, searchParams))
      else fail(response, 500, 'InternalError', 'no more scripts')
    },
    undefined,
    port,
  )
  onTestFinished(() => server.close())
  return { server, logs }
}

function logRequest(response: ServerResponse, query: URLSearchParams): LogRequest {
  return {
    follow: query.get('follow') === 'true',
    since: query.get('sinceTime'),
    line: (second, text) => void response.write(`${stamp(second)} ${text}\n`),
    raw: (bytes) => void response.write(bytes),
    end: () => void response.end(),
    cut: () => void setTimeout(() => response.socket?.destroy(), 20),
    refuse: (code, message) => fail(response, code, '', message),
  }
}

async function follow(url: string, options: Partial<FollowLogOptions> = {}, onLine?: () => unknown) {
  const cluster = await connectTo(url)
  const lines: string[] = []
  for await (const line of followLog(cluster, { namespace: 'ns', pod: 'p', container: 'main', ...options })) {
    lines.push(line)
    onLine?.()
  }
  return lines
}

describe('followLog', () => {
  it('gives the lines without stamps, and looks once more after the end', async () => {
    const { server, logs } = await podServer(
      [
        (log) => {
          log.line(1, 'one')
          log.line(2, '')
          log.raw(`${stamp(3)} th`)
          log.raw('ree ü')
          log.raw('\n')
          log.end()
        },
        (log) => {
          log.line(3, 'three ü')
          log.raw(`${stamp(4)} unfinished`)
          log.end()
        },
      ],
      { ended: true },
    )
    expect(await follow(server.url)).toEqual(['one', '', 'three ü', 'three ü', 'unfinished'])
    expect(logs).toEqual([
      'follow=true&container=main&timestamps=true',
      'follow=false&container=main&timestamps=true&sinceTime=2026-01-02T03%3A04%3A02.123Z',
    ])
    expect(server.requests[0]).toMatch(/^GET \/api\/v1\/namespaces\/ns\/pods\/p\/log\?/)
  })

  it('goes on a second before the last line when the connection breaks', async () => {
    const state = { ended: false }
    const told: string[] = []
    const { server, logs } = await podServer(
      [
        (log) => {
          log.line(10, 'a')
          log.line(11, 'b')
          log.raw(`${stamp(12)} half`)
          log.cut()
        },
        (log) => {
          log.line(11, 'b')
          log.line(12, 'half and half')
          state.ended = true
          log.end()
        },
        (log) => log.end(),
      ],
      state,
    )
    const lines = await follow(server.url, {
      onDisconnect: (error) => told.push(error.name),
      onReconnect: () => told.push('back'),
    })
    expect(lines).toEqual(['a', 'b', 'b', 'half and half'])
    expect(told).toEqual(['ConnectionError', 'back'])
    expect(logs[1]).toContain('sinceTime=2026-01-02T03%3A04%3A10.123Z')
  })

  it('goes on when the stream ends in order though the container has not', async () => {
    const state = { ended: false }
    const told: string[] = []
    const { server } = await podServer(
      [
        (log) => {
          log.line(1, 'a')
          log.raw(`${stamp(2)} half`)
          log.end()
        },
        (log) => {
          log.line(2, 'half and half')
          state.ended = true
          log.end()
        },
        (log) => log.end(),
      ],
      state,
    )
    expect(await follow(server.url, { onDisconnect: () => told.push('lost') })).toEqual([
      'a',
      'half and half',
    ])
    expect(told).toEqual([])
  })

  it('survives that the server is away', async () => {
    const state = { ended: false }
    const before = await podServer([(log) => log.line(1, 'a')], state)
    const read = Promise.withResolvers<void>()
    const lines = follow(before.server.url, {}, read.resolve)
    await read.promise
    await before.server.close()
    // Long enough for an attempt that is refused.
    await new Promise((resolve) => setTimeout(resolve, 500))
    state.ended = true
    await podServer(
      [
        (log) => {
          log.line(2, 'b')
          log.end()
        },
        (log) => log.end(),
      ],
      state,
      before.server.port,
    )
    expect(await lines).toEqual(['a', 'b'])
  })

  it('waits for a container that has not started', async () => {
    const waiting = (log: LogRequest): void =>
      log.refuse(400, 'container "main" in pod "p" is waiting to start: ContainerCreating')
    const state = { ended: false }
    const { server } = await podServer(
      [
        waiting,
        waiting,
        (log) => {
          log.line(1, 'started')
          state.ended = true
          log.end()
        },
        (log) => log.end(),
      ],
      state,
    )
    expect(await follow(server.url)).toEqual(['started'])
  })

  it('does not wait for a container that never started and has ended', async () => {
    const { server } = await podServer(
      [(log) => log.refuse(400, 'container "main" in pod "p" is waiting to start: ImagePullBackOff')],
      { ended: true },
    )
    expect(await follow(server.url)).toEqual([])
  })

  it('ends when the pod is removed after its end', async () => {
    const { server } = await podServer(
      [
        (log) => {
          log.line(1, 'a')
          log.end()
        },
        (log) => log.refuse(404, 'pods "p" not found'),
      ],
      { ended: true },
    )
    expect(await follow(server.url)).toEqual(['a'])
  })

  it('survives that the pod cannot be asked for', async () => {
    const { server } = await podServer(
      [
        (log) => log.refuse(400, 'container "main" in pod "p" is waiting to start: ContainerCreating'),
        (log) => {
          log.line(1, 'a')
          log.end()
        },
        (log) => log.end(),
      ],
      { ended: false },
    )
    let asked = 0
    const isFinished = () => {
      if (++asked === 1) throw new ConnectionError('reset', 'cut')
      return asked > 2
    }
    expect(await follow(server.url, { isFinished })).toEqual(['a'])
  })

  it('asks anew when nothing came for long, without calling that a disconnect', async () => {
    const state = { ended: false }
    const told: string[] = []
    const { server } = await podServer(
      [
        (log) => log.line(1, 'a'),
        (log) => {
          log.line(2, 'b')
          state.ended = true
          log.end()
        },
        (log) => log.end(),
      ],
      state,
    )
    expect(await follow(server.url, { silenceMs: 1000, onDisconnect: () => told.push('lost') })).toEqual([
      'a',
      'b',
    ])
    expect(told).toEqual([])
  })

  it('takes the caller’s word on the end', async () => {
    const { server } = await podServer(
      [
        (log) => {
          log.line(1, 'a')
          log.end()
        },
        (log) => log.end(),
      ],
      { ended: false },
    )
    expect(await follow(server.url, { isFinished: () => true })).toEqual(['a'])
    expect(server.requests.filter((line) => !line.includes('/log'))).toEqual([])
  })

  it('survives failures of the kubelet, passes its own messages on, and limits lines', async () => {
    const state = { ended: false }
    const { server } = await podServer(
      [
        (log) => log.refuse(500, 'Get "https://node:10250/containerLogs/…": dial tcp: connection refused'),
        (log) => {
          log.raw('unable to retrieve container logs\n')
          log.line(1, 'x'.repeat(100))
          state.ended = true
          log.end()
        },
        (log) => log.end(),
      ],
      state,
    )
    const [message, long] = await follow(server.url, { maxLineBytes: 40 })
    expect(message).toBe('unable to retrieve container logs')
    expect(long).toBe('xxxxxxxxx')
  })

  it.each([
    [404, 'pods "p" not found'],
    [403, 'forbidden'],
    [400, 'container nope is not valid for pod p'],
  ])('ends with %d', async (code, message) => {
    const { server } = await podServer([(log) => log.refuse(code, message)], { ended: false })
    await expect(follow(server.url)).rejects.toMatchObject({ code })
  })

  it('ends quietly with the signal, while reading and while waiting', async () => {
    const { server } = await podServer([(log) => log.line(1, 'a')], { ended: false })
    const controller = new AbortController()
    const lines = await follow(server.url, { signal: controller.signal }, () => controller.abort())
    expect(lines).toEqual(['a'])
    const waiting = new AbortController()
    setTimeout(() => waiting.abort(), 50)
    expect(await follow('http://127.0.0.1:1', { signal: waiting.signal })).toEqual([])
  })

  it('gives up when told to', async () => {
    await expect(follow('http://127.0.0.1:1', { giveUpAfterMs: 100 })).rejects.toMatchObject({
      problem: 'refused',
    })
  })
})
