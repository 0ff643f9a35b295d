import os from 'node:os'
import { decodeConfig } from '../../../agent/complete-config.ts'
import { type AgentConfig, encodeConfig } from '../../../agent/config.ts'
import { createDecoder } from '../../../agent/protocol/decode.ts'
import { Encoder } from '../../../agent/protocol/encode.ts'
import { createIdentifier } from '../../../agent/answers/identify.ts'
import { ownAddresses } from '../../../agent/requests/own-addresses.ts'
import { protocolVersion } from '../../../agent/protocol/protocol.ts'
import { AgentRun } from '../../../agent/session.ts'
import { hereIndex } from './here-index.ts'
import { type Emit, streamOf } from '../stream.ts'
import type { ClientEvent } from './spec.ts'

/**
 * Runs the agent in this process, as a client outside the cluster: no Job and no permission is needed. What it observes
 * goes the way of a pod's log, through the same lines, so that nothing tells the two apart. Ends early when it is
 * interrupted.
 */
export function runHere(
  agent: AgentConfig,
  interrupted: AbortSignal,
): AsyncGenerator<ClientEvent, void, undefined> {
  return streamOf(async (emit, left) => {
    await ask(agent, emit, AbortSignal.any([interrupted, left]))
    await emit({ kind: 'ended', client: hereIndex, message: '' })
  })
}

async function ask(agent: AgentConfig, emit: Emit<ClientEvent>, interrupted: AbortSignal): Promise<void> {
  const decoder = createDecoder()
  const encoder = new Encoder((line) => {
    void emit({ kind: 'said', client: hereIndex, decoded: decoder.push(line), arrivedAt: Date.now() })
  })
  const addresses = ownAddresses()
  const config = decodeConfig(encodeConfig(agent), hereIndex)
  const session = new AgentRun({
    config,
    identify: createIdentifier(config.identify, config.needles, addresses),
    encoder,
    outputFull: () => false,
    now: () => performance.now(),
  })
  encoder.hello({
    protocol: protocolVersion,
    agent: 'here',
    node: process.version,
    pid: process.pid,
    hostname: os.hostname(),
    client: hereIndex,
    addresses,
  })
  const stop = (): void => session.stop()
  interrupted.addEventListener('abort', stop)
  try {
    if (!interrupted.aborted) encoder.end(await session.run())
  } finally {
    interrupted.removeEventListener('abort', stop)
  }
}
