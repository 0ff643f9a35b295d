/**
 * The agent: what runs inside the probe's pod.
 *
 *     node -e <bundle> -- <configuration, in one or more pieces>
 *
 * Needs Node 18 and nothing else. Writes the stream that protocol.ts describes to its standard output.
 * SIGTERM and SIGINT end the run: what was observed is written, and the process exits with 0.
 */
import os from 'node:os'
import { decodeConfig } from './config.ts'
import { Encoder } from './encode.ts'
import { createIdentifier } from './identify.ts'
import { Output } from './output.ts'
import type { End } from './protocol.ts'
import { protocolVersion } from './protocol.ts'
import { Run } from './run.ts'
import { detectScheme } from './scheme.ts'
import { Tally } from './tally.ts'

/** Filled in by scripts/generate.ts. */
declare const AGENT_VERSION: string

let run: Run | undefined
const output = new Output(1, () => run?.resume())
const encoder = new Encoder(output.write)

function now(): number {
  return performance.now()
}

function ownAddresses(): string[] {
  const all = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)
}

function finish(end: End): void {
  encoder.end(end)
  output.whenIdle(() => process.exit(0))
}

/** Something that nobody thought of, or a configuration that is not valid. */
function breakDown(error: unknown): void {
  run?.abandon()
  encoder.error(error instanceof Error ? error.message : String(error))
  output.whenIdle(() => process.exit(1))
}

function onSignal(): void {
  // Also when nobody reads what is left to say.
  setTimeout(() => process.exit(0), 1000)
  if (run !== undefined) run.stop()
  else finish({ reason: 'signal', durationMs: 0, ...new Tally().totals(), stalledMs: 0 })
}

async function main(): Promise<void> {
  const addresses = ownAddresses()
  const version = typeof AGENT_VERSION === 'string' ? AGENT_VERSION : 'development'
  encoder.hello({
    protocol: protocolVersion,
    agent: version,
    node: process.version,
    pid: process.pid,
    hostname: os.hostname(),
    addresses,
  })
  const config = decodeConfig(process.argv.slice(1))
  const identify = createIdentifier(config.identify, config.needles, addresses)
  const beats = setInterval(() => encoder.beat({ atMs: 0, inFlight: 1 }), 1000)
  const scheme = config.scheme === 'auto' ? await detectScheme(config, now) : config.scheme
  clearInterval(beats)
  encoder.start({ scheme, epochMs: Date.now() })
  run = new Run({ config, scheme, identify, encoder, outputFull: () => output.full, now, onEnd: finish })
  run.start()
}

process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)
process.on('uncaughtException', breakDown)
main().catch(breakDown)
