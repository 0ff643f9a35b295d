import { decodeConfig } from '../../../../src/agent/complete-config.ts'
import type { AgentConfig, AgentTarget } from '../../../../src/agent/config.ts'
import { encodeConfig } from '../../../../src/agent/config.ts'
import { createDecoder } from '../../../../src/agent/protocol/decode.ts'
import { Encoder } from '../../../../src/agent/protocol/encode.ts'
import { createIdentifier } from '../../../../src/agent/answers/identify.ts'
import type { End, FailureReason, Start, TargetEnd } from '../../../../src/agent/protocol/protocol.ts'
import { AgentRun } from '../../../../src/agent/session.ts'
import type { Observation } from '../../../../src/model/probe/observation.ts'

/** What differs, of the run and of its only target. */
export type Change = Partial<AgentConfig & AgentTarget>

/** A configuration for a server on loopback. */
export function configFor(
  port: number,
  { scheme, host, path, hostHeader, tls, headers, redirects, upgrade, isHttp2, ...change }: Change = {},
): AgentConfig {
  const target = { path, hostHeader, tls, headers, redirects, upgrade, isHttp2 }
  return {
    targets: [
      {
        scheme: scheme ?? 'http',
        host: host ?? '127.0.0.1',
        port,
        ...Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined)),
      },
    ],
    ...(change.durationMs === undefined ? { requests: 1 } : {}),
    intervalMs: 0,
    timeoutMs: 1000,
    keepAlive: false,
    identify: { kind: 'auto' },
    needles: [],
    ...change,
  }
}

export interface Seen {
  observations: Observation[]
  failures: FailureReason[]
  starts: Start[]
  dones: TargetEnd[]
  end: End
}

/** What the agent writes when it runs in this process, read back. */
export async function observe(config: AgentConfig, now = (): number => performance.now()): Promise<Seen> {
  const complete = decodeConfig(encodeConfig(config))
  const decoder = createDecoder()
  const seen: Omit<Seen, 'end'> = { observations: [], failures: [], starts: [], dones: [] }
  const encoder = new Encoder((line) => {
    const { observations, failure, start, done } = decoder.push(line)
    seen.observations.push(...observations)
    if (failure !== undefined) seen.failures.push(failure)
    if (start !== undefined) seen.starts.push(start)
    if (done !== undefined) seen.dones.push(done)
  })
  const session = new AgentRun({
    config: complete,
    identify: createIdentifier(complete.identify, complete.needles),
    encoder,
    outputFull: () => false,
    now,
  })
  const end = await session.run()
  return { ...seen, end }
}
