import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { AgentConfig } from '../../../src/agent/config.ts'
import { encodeConfig } from '../../../src/agent/config.ts'
import { createDecoder } from '../../../src/agent/protocol/decode.ts'
import type { Decoded } from '../../../src/agent/protocol/protocol.ts'
import { configFor } from './support/observe.ts'
import { respond, serve } from './support/servers.ts'

const root = join(import.meta.dirname, '../../..')
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npod-1'
let agentSource = ''

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts/generate.ts')], { stdio: 'ignore' })
  const bundle = '../../../src/agent/bundle.generated.ts'
  agentSource = (await import(bundle)).agentSource
})

/** The agent as a process of its own, as in a pod. */
function start(pieces: string[]): ChildProcess {
  const agent = spawn(process.execPath, ['-e', agentSource, '--', ...pieces], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    agent.kill('SIGKILL')
  })
  return agent
}

/** All that it says until it exits, with its exit code last. */
async function listen(agent: ChildProcess): Promise<{ said: Decoded[]; code: number }> {
  let text = ''
  agent.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part))
  const [code] = await once(agent, 'close')
  const decoder = createDecoder()
  const said = text
    .trimEnd()
    .split('\n')
    .map((line) => decoder.push(line))
  return { said, code: Number(code) }
}

function runAgent(config: AgentConfig): Promise<{ said: Decoded[]; code: number }> {
  return listen(start(encodeConfig(config)))
}

describe('the agent as one text', () => {
  test('runs, writes what it sees, and ends', async () => {
    const port = await respond(ok)
    const { said, code } = await runAgent(
      configFor(port, { scheme: 'auto', requests: 50, needles: [['pod-1']] }),
    )
    expect(code).toBe(0)
    expect(said[0]?.hello).toMatchObject({
      protocol: 2,
      client: 0,
      agent: expect.stringMatching(/^\d/),
      node: process.version,
    })
    expect(said[1]?.start).toEqual({
      target: 0,
      scheme: 'http',
      epochMs: expect.any(Number),
      detectionMs: expect.any(Number),
    })
    expect(said.flatMap(({ observations }) => observations)).toHaveLength(50)
    expect(said.at(-1)?.end).toMatchObject({ reason: 'done', requests: 50, outcomes: { answered: 50 } })
    expect(said.some(({ gap, foreign }) => gap !== undefined || foreign !== undefined)).toBe(false)
  })

  test('says goodbye when it is stopped', async () => {
    let asked = 0
    const port = await serve((socket) => {
      asked += 1
      if (asked === 20) agent.kill('SIGTERM')
      socket.on('data', () => void setTimeout(5).then(() => socket.end(ok)))
    })
    const agent = start(encodeConfig(configFor(port, { durationMs: 60_000, intervalMs: 5 })))
    const { said, code } = await listen(agent)
    expect(code).toBe(0)
    const observed = said.flatMap(({ observations }) => observations).length
    expect(said.at(-1)?.end).toMatchObject({ reason: 'signal', requests: observed })
    expect(observed).toBeGreaterThan(5)
  })

  test('shows that it lives while the server is silent', async () => {
    const port = await serve(() => {})
    const { said } = await runAgent(configFor(port, { timeoutMs: 1200 }))
    expect(said.filter(({ beat }) => beat?.inFlight === 1)).toHaveLength(1)
    expect(said.at(-1)?.end?.outcomes).toEqual({ timeout: 1 })
  })

  test('waits for a reader instead of filling its memory, and loses nothing', async () => {
    const seen = { requests: 0 }
    const port = await serve((socket) => {
      socket.on('data', () => {
        const body = `${seen.requests++} ${Math.random()}`
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      })
    })
    const requests = 6000
    const agent = start(encodeConfig(configFor(port, { requests, keepAlive: true })))
    // Until it has stopped asking for longer than a slow machine needs for the next request.
    for (let before = -1; seen.requests === 0 || seen.requests !== before;) {
      before = seen.requests
      await setTimeout(150)
    }
    expect(seen.requests).toBeLessThan(requests)
    const { said } = await listen(agent)
    expect(said.flatMap(({ observations }) => observations)).toHaveLength(requests)
    const end = said.at(-1)?.end
    expect(end).toMatchObject({ requests })
    expect(end?.stalledMs).toBeGreaterThan(50)
  })

  test('says what is wrong with its configuration', async () => {
    const { said, code } = await runAgent(configFor(0))
    expect(code).toBe(1)
    expect(said.at(-1)?.error).toBe('agent configuration: port is missing or not valid')
  })
})
