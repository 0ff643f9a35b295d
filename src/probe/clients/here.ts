import os from 'node:os'
import { decodeConfig } from '../../agent/complete-config.ts'
import { type AgentConfig, encodeConfig } from '../../agent/config.ts'
import { createDecoder } from '../../agent/decode.ts'
import { Encoder } from '../../agent/encode.ts'
import { createIdentifier } from '../../agent/identify.ts'
import { ownAddresses } from '../../agent/own-addresses.ts'
import { protocolVersion } from '../../agent/protocol.ts'
import { Session } from '../../agent/session.ts'
import { hereIndex } from './here-index.ts'
import type { ClientsSink } from './spec.ts'

/**
 * Runs the agent in this process, as a client outside the cluster: no Job and no permission is needed. What it observes
 * goes the way of a pod's log, through the same lines, so that nothing tells the two apart. Resolves when it has ended or
 * was interrupted; rejects with what the sink throws.
 */
export async function runHere(
  agent: AgentConfig,
  sink: Pick<ClientsSink, 'onDecoded' | 'onEnded'>,
  interrupted: AbortSignal,
): Promise<void> {
  const decoder = createDecoder()
  let broken: { error: unknown } | undefined
  const encoder = new Encoder((line) => {
    try {
      if (broken === undefined) sink.onDecoded(hereIndex, decoder.push(line), Date.now())
    } catch (error) {
      // The lanes of the agent must not see the errors of its reader.
      broken = { error }
      session.stop()
    }
  })
  const addresses = ownAddresses()
  const config = decodeConfig(encodeConfig(agent), 0)
  const session = new Session({
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
  if (broken !== undefined) throw broken.error
  sink.onEnded(hereIndex, '')
}
