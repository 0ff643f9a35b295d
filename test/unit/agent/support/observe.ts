import type { AgentConfig, Scheme } from '../../../../src/agent/config.ts'
import { decodeConfig, encodeConfig } from '../../../../src/agent/config.ts'
import { createDecoder } from '../../../../src/agent/decode.ts'
import { Encoder } from '../../../../src/agent/encode.ts'
import { createIdentifier } from '../../../../src/agent/identify.ts'
import type { End, Failure } from '../../../../src/agent/protocol.ts'
import { Run } from '../../../../src/agent/run.ts'
import type { Observation } from '../../../../src/model/observation.ts'

/** A configuration for a server on loopback. */
export function configFor(port: number, change: Partial<AgentConfig> = {}): AgentConfig {
  return {
    scheme: 'http',
    host: '127.0.0.1',
    port,
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
  failures: Failure[]
  end: End
}

/** What a run in this process writes, read back. */
export function observe(config: AgentConfig): Promise<Seen> {
  const complete = decodeConfig(encodeConfig(config))
  const decoder = createDecoder()
  const observations: Observation[] = []
  const failures: Failure[] = []
  const encoder = new Encoder((line) => {
    const decoded = decoder.push(line)
    observations.push(...decoded.observations)
    if (decoded.failure !== undefined) failures.push(decoded.failure)
  })
  return new Promise((resolve) => {
    new Run({
      config: complete,
      scheme: config.scheme as Scheme,
      identify: createIdentifier(complete.identify, complete.needles),
      encoder,
      outputFull: () => false,
      now: () => performance.now(),
      onEnd: (end) => resolve({ observations, failures, end }),
    }).start()
  })
}
