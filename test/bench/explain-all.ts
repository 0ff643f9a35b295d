/**
 * `explain -A` on a large cluster: 10,000 Services with 50,000 endpoints, from a local server in a process of its own.
 * Prints wall time, processor time and the most memory that the executable used, and its ratio to what `kubectl get` takes for the same
 * objects, which tells more than seconds where the machine is busy.
 *
 *     node test/bench/explain-all.ts [--fronts] [SERVICES] [ENDPOINTS-EACH] [WORDS…]
 *
 * With `--fronts` 3,000 Ingresses, 2,000 HTTPRoutes and 1,000 VirtualServices stand in front of them, with 500
 * DestinationRules and 500 policies of Envoy Gateway. Fails when it takes 5 s or more, or
 * when memory grows with the size of objects instead of their number.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const given = process.argv.slice(2)
const fronts = given[0] === '--fronts' ? ['fronts'] : []
const [services = '10000', endpointsEach = '5', ...words] = given.slice(fronts.length)
const types = [
  'services,endpointslices.discovery.k8s.io',
  ...fronts.map(() => 'ingresses,httproutes.gateway.networking.k8s.io,virtualservices.networking.istio.io'),
].join(',')
const dist = process.env['KUBECTL_AFFINITY_DIST'] ?? join(import.meta.dirname, '../../dist')
const limitMs = 5000
const limitMiB = 400

interface Measured {
  wallMs: number
  cpuMs: number
  peakMiB: number
  outputBytes: number
}

async function main(): Promise<void> {
  const server = spawn(
    process.execPath,
    [join(import.meta.dirname, 'explain/server.ts'), services, endpointsEach, ...fronts],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const [first] = (await once(server.stdout, 'data')) as [Buffer]
    const address = `http://127.0.0.1:${first.toString().trim()}`
    const kubectl = await measure(['get', types, '-A', '-o', 'json', '--server', address], 'kubectl')
    console.log(
      `kubectl get of the same: ${kubectl.wallMs.toFixed(0)} ms wall, ${kubectl.cpuMs.toFixed(0)} ms processor, ${kubectl.peakMiB.toFixed(0)} MiB at most`,
    )
    const variants =
      words.length > 0 ? [words] : [[], ['--findings-only', '--level', 'warning'], ['-o', 'json']]
    for (const variant of variants) {
      const { wallMs, cpuMs, peakMiB, outputBytes } = await measure([
        'explain',
        '-A',
        '--server',
        address,
        ...variant,
      ])
      const isGood = wallMs < limitMs && peakMiB < limitMiB
      const numbers = `${wallMs.toFixed(0)} ms wall, ${cpuMs.toFixed(0)} ms processor, ${peakMiB.toFixed(0)} MiB at most`
      const ratio = `${(cpuMs / kubectl.cpuMs).toFixed(2)} of kubectl's processor time, ${(peakMiB / kubectl.peakMiB).toFixed(2)} of its memory`
      console.log(
        `explain -A ${variant.join(' ')}: ${numbers}, ${(outputBytes / 1e6).toFixed(1)} MB of output; ${ratio}`,
      )
      if (!isGood) process.exitCode = 1
    }
  } finally {
    server.kill()
  }
}

async function measure(args: readonly string[], program = join(dist, 'kubectl-affinity')): Promise<Measured> {
  const startedAt = performance.now()
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: '/dev/null' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let outputBytes = 0
  child.stdout.on('data', (chunk: Buffer) => (outputBytes += chunk.length))
  const seen = { cpuMs: 0, peakMiB: 0 }
  const timer = setInterval(() => look(child.pid ?? 0, seen), 10)
  const [code] = (await once(child, 'close')) as [number]
  clearInterval(timer)
  if (code !== 0) throw new Error(`exit code ${code}`)
  return { wallMs: performance.now() - startedAt, ...seen, outputBytes }
}

/** What Linux tells of a process that runs; the last look counts. Ticks are 10 ms. */
function look(pid: number, seen: { cpuMs: number; peakMiB: number }): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    seen.cpuMs = (Number(stat[11]) + Number(stat[12])) * 10
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    if (peak !== undefined) seen.peakMiB = Number(peak) / 1024
  } catch {
    // It has just ended.
  }
}

await main()
