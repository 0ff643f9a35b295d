/**
 * The agent: what runs inside the probe's pod.
 *
 *     node -e <bundle> -- <configuration, in one or more pieces>
 *
 * Needs Node 18 and nothing else. Writes the stream that protocol.ts describes to its standard output.
 * SIGTERM and SIGINT end the run: what was observed is written, and the process exits with 0.
 */
import { hostname } from 'node:os'
import { decodeConfig } from './complete-config.ts'
import { Encoder } from './protocol/encode.ts'
import { createIdentifier } from './answers/identify.ts'
import { AgentOutput } from './protocol/output.ts'
import { ownAddresses } from './requests/own-addresses.ts'
import type { End } from './protocol/protocol.ts'
import { protocolVersion } from './protocol/protocol.ts'
import { AgentRun } from './session.ts'
import { sumTotals } from './protocol/tally.ts'

/** Filled in by scripts/generate.ts. */
declare const AGENT_VERSION: string

let session: AgentRun | undefined
const output = new AgentOutput(1, () => session?.resume())
const encoder = new Encoder(output.write)

function now(): number {
  return performance.now()
}

function finish(end: End): void {
  encoder.end(end)
  output.whenIdle(() => process.exit(0))
}

/** Something that nobody thought of, or a configuration that is not valid. */
function breakDown(error: unknown): void {
  session?.abandon()
  encoder.error(error instanceof Error ? error.message : String(error))
  output.whenIdle(() => process.exit(1))
}

function onSignal(): void {
  // Also when nobody reads what is left to say.
  setTimeout(() => process.exit(0), 1000)
  if (session !== undefined) session.stop()
  else finish({ reason: 'signal', durationMs: 0, ...sumTotals([]), stalledMs: 0 })
}

async function main(): Promise<void> {
  const addresses = ownAddresses()
  // https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
  const client = Number(process.env['JOB_COMPLETION_INDEX'] ?? 0)
  const version = typeof AGENT_VERSION === 'string' ? AGENT_VERSION : 'development'
  encoder.hello({
    protocol: protocolVersion,
    agent: version,
    node: process.version,
    pid: process.pid,
    hostname: hostname(),
    client,
    addresses,
  })
  const config = decodeConfig(process.argv.slice(1), client)
  const identify = createIdentifier(config.identify, config.needles, addresses)
  session = new AgentRun({ config, identify, encoder, outputFull: () => output.full, now })
  finish(await session.run())
}

process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)
process.on('uncaughtException', breakDown)
main().catch(breakDown)
