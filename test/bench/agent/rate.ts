/**
 * How many connections per second the agent makes, side by side with `hey` and `ab` where they are on the PATH.
 *
 *     node test/bench/agent/rate.ts [URL] [--runs 7] [--requests 20000] [--concurrency 16]
 *
 * Without a URL it starts a small server of its own on loopback. The runs are interleaved, so that whatever else the
 * machine does meets all alike; what is printed are medians of requests per second, and ratios to `hey`.
 *
 * How many requests there are decides: the agent is compiled while it runs, hey was before. On one processor, against a server
 * in Go, it has 0.57 of hey's connections per second in 3,000 requests, 0.81 in 8,000 and 1.08 in 24,000. Most of the time
 * is the kernel's (connect, close, write); none of V8's flags for compiling earlier made the beginning quicker.
 */
import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs, promisify } from 'node:util'
import { agentSource } from '../../../src/agent/bundle.generated.ts'
import type { AgentConfig } from '../../../src/agent/config.ts'
import { encodeConfig } from '../../../src/agent/config.ts'
import { createDecoder } from '../../../src/agent/protocol/decode.ts'
import { median, ratioOf } from '../measure.ts'

const run = promisify(execFile)

interface Load {
  url: URL
  requests: number
  concurrency: number
}

/** Requests per second of one run; undefined when the program is not there. */
type Contender = (load: Load) => Promise<number | undefined>

const contenders: Record<string, Contender> = {
  hey: ({ url, requests, concurrency }) =>
    measure(
      'hey',
      ['-disable-keepalive', '-c', `${concurrency}`, '-n', `${requests}`, url.href],
      /Requests\/sec:\s*([\d.]+)/,
    ),
  ab: ({ url, requests, concurrency }) =>
    measure(
      'ab',
      ['-q', '-r', '-c', `${concurrency}`, '-n', `${requests}`, url.href],
      /Requests per second:\s*([\d.]+)/,
    ),
  agent: async ({ url, requests, concurrency }) => {
    const config: AgentConfig = {
      targets: [
        {
          scheme: 'http',
          host: url.hostname.replaceAll(/[[\]]/g, ''),
          port: Number(url.port || 80),
          path: url.pathname,
        },
      ],
      requests,
      intervalMs: 0,
      concurrency,
      timeoutMs: 5000,
      keepAlive: false,
      identify: { kind: 'auto' },
      needles: [
        ['pod-1', '10.0.0.1'],
        ['pod-2', '10.0.0.2'],
      ],
    }
    const arguments_ = ['-e', agentSource, '--', ...encodeConfig(config)]
    const { stdout } = await run(process.execPath, arguments_, { maxBuffer: 1 << 28 })
    const decoder = createDecoder()
    const end = stdout
      .split('\n')
      .map((line) => decoder.push(line).end)
      .find((end) => end !== undefined)
    if (end?.outcomes.answered !== requests) throw new Error(`not all were answered: ${JSON.stringify(end)}`)
    return requests / (end.durationMs / 1000)
  },
}

async function measure(program: string, args: string[], rate: RegExp): Promise<number | undefined> {
  try {
    const { stdout } = await run(program, args)
    return Number(rate.exec(stdout)?.[1])
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Answers like an echo server; in a process of its own, as it would be in a cluster. */
async function startServer(): Promise<{ server: ChildProcess; url: URL }> {
  const source = `require('node:http').createServer((_, answer) => answer.end('pod-1')).listen(0, '127.0.0.1', function () {
    console.log(this.address().port)
  })`
  const server = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(server.stdout, 'data')
  return { server, url: new URL(`http://127.0.0.1:${String(port).trim()}/`) }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '7' },
    requests: { type: 'string', default: '20000' },
    concurrency: { type: 'string', default: '16' },
  },
})
const own = positionals[0] === undefined ? await startServer() : undefined
try {
  const url = own?.url ?? new URL(positionals[0] ?? '')
  const load = { url, requests: Number(values.requests), concurrency: Number(values.concurrency) }
  const rates = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0; round < Number(values.runs); round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      const rate = await contender(load)
      if (rate !== undefined) rates.get(name)?.push(rate)
    }
  }
  const reference = rates.get('hey') ?? []
  for (const [name, all] of rates) {
    const pairs = all.flatMap((rate, round) => {
      const peer = reference[round]
      return peer === undefined ? [] : [[rate, peer] as const]
    })
    console.log(
      `${name.padEnd(8)} ${median(all).toFixed(0).padStart(7)} per second   of hey: ${pairs.length === 0 ? 'not there' : ratioOf(pairs)}`,
    )
  }
} finally {
  own?.server.kill()
}
