/**
 * Figures side by side with the peers, in one run: `npm run bench`. Needs the lab (`npm run lab -- up`) and, for the
 * agent's rate, Debian's apache2-utils. Prints medians of interleaved runs; judges nothing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { inPlace, kubectl, labKubeconfig, labStatusInTime, programs } from '../lab/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type Command, compare } from './measure.ts'
import { stickyIngress } from '../scenarios/support/gateways.ts'

const root = join(import.meta.dirname, '..', '..')
const ours = join(root, 'dist', 'kubectl-affinity')
const namespace = 'affinity-bench'
const image = 'docker.io/lab/node:1'
const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0'

if (!existsSync(ours)) throw new Error('npm run build first')
const { up } = await labStatusInTime()
if (!up) throw new Error('npm run lab -- up first')
const kubectlPath = join(await programs('kubernetes'), 'kubectl')
const env = { KUBECONFIG: labKubeconfig(), KUBECTL_AFFINITY_IMAGE: image }
const our = (args: string[], until?: RegExp): Command => ({
  argv: [ours, ...args],
  env,
  ...(until === undefined ? {} : { until }),
})
const peer = (args: string[], until?: RegExp): Command & { name: string } => ({
  argv: [kubectlPath, ...args],
  env,
  name: `kubectl ${args[0]}`,
  ...(until === undefined ? {} : { until }),
})

async function deploy(): Promise<void> {
  const container = {
    name: 'server',
    image: agnhost,
    args: ['netexec', '--http-port=8080'],
    readinessProbe: { httpGet: { port: 8080, path: '/hostname' }, periodSeconds: 1 },
  }
  const labels = { app: 'bench' }
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'bench', namespace },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 1, containers: [container] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'bench', namespace },
      spec: { selector: labels, sessionAffinity: 'ClientIP', ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
  await kubectl(['rollout', 'status', 'deployment/bench', '-n', namespace, '--timeout=60s'])
}

/** Reads only; `enable` is measured by enable.ts. The goals are 0.8 of kubectl's time and 1.5 of its memory. */
async function startUp(): Promise<void> {
  console.log('start-up')
  const manifest = join(temporaryFolder(), 'service.yaml')
  writeFileSync(manifest, manifestOfService)
  const pairs: [string, Command, Command & { name: string }][] = [
    ['--help', our(['--help']), peer(['--help'])],
    ['version --client', our(['version', '--client']), peer(['version', '--client'])],
    ['version', our(['version']), peer(['version'])],
    ['explain -f', our(['explain', '-f', manifest]), peer(['version', '--client'])],
    ['explain svc/x', our(['explain', 'svc/kubernetes']), peer(['describe', 'svc', 'kubernetes'])],
    ['probe --help', our(['probe', '--help']), peer(['run', '--help'])],
  ]
  for (const [title, mine, theirs] of pairs) await compare(title, 15, mine, theirs, { memory: true })
  await compare(
    'completion of a Service',
    15,
    our(['__complete', 'probe', '']),
    peer(['__complete', 'get', 'svc', '']),
  )
}

const manifestOfService = [
  'apiVersion: v1',
  'kind: Service',
  'metadata: { name: web }',
  'spec:',
  '  sessionAffinity: ClientIP',
  '  selector: { app: web }',
  '  ports: [{ port: 80 }]',
  '',
].join('\n')

/** What users download and what it becomes. */
function sizes(): void {
  console.log('\nsizes')
  const show = (path: string, name: string): void =>
    console.log(`${name.padEnd(48)} ${(statSync(path).size / 1e6).toFixed(1).padStart(6)} MB`)
  show(ours, 'kubectl-affinity, unpacked')
  show(kubectlPath, 'kubectl, unpacked')
  const release = join(root, 'dist', 'release')
  const archives = existsSync(release) ? readdirSync(release) : []
  for (const name of archives) if (/\.(tar\.gz|tgz|zip)$/.test(name)) show(join(release, name), name)
  if (archives.length === 0) console.log('no archives: npm run package first')
}

async function probe(): Promise<void> {
  console.log('\nprobe of a sticky Service with 3 pods, against one curl by kubectl run --rm')
  const verdict = /STICKY as configured/
  let number = 0
  const probeArgs = ['probe', 'svc/bench', '-n', namespace, '--path', '/hostname']
  const run = (until?: RegExp): Command & { name: string } => {
    const command = peer([], until)
    return {
      ...command,
      name: 'kubectl run',
      get argv(): [string, ...string[]] {
        number += 1
        const pod = `curl-${number}`
        const curl = ['curl', '-s', `http://bench.${namespace}/hostname`]
        const options = ['--rm', '-i', '-q', '--restart=Never', `--image=${agnhost}`, '--command']
        return [kubectlPath, 'run', pod, '-n', namespace, ...options, '--', ...curl]
      },
    }
  }
  await compare('to the verdict (curl: the answer)', 7, our(probeArgs, verdict), run(/bench-/))
  await compare('to the verdict (curl: the prompt)', 7, our(probeArgs, verdict), run())
  await compare('to the prompt (curl: the prompt)', 7, our(probeArgs), run())
  for (const requests of ['1', '20']) {
    const { stdout } = spawnSync(ours, [...probeArgs, '--requests', requests, '-o', 'json'], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    })
    const report = JSON.parse(stdout) as { status: { timing: Record<string, number> } }
    const stages = Object.entries(report.status.timing).map(([stage, ms]) => `${stage} ${ms.toFixed(0)}`)
    console.log(`  ${requests} requests, milliseconds: ${stages.join('  ')}`)
  }
}

async function rate(): Promise<void> {
  console.log('\nconnections per second through the Service, from a node')
  const clusterIp = await kubectl([
    'get',
    'service',
    'bench',
    '-n',
    namespace,
    '-o',
    'jsonpath={.spec.clusterIP}',
  ])
  const script = join(root, 'test', 'bench', 'agent', 'rate.ts')
  const url = `http://${clusterIp}/hostname`
  const path = [process.env['PATH'], await programs('load'), dirname(process.execPath)].join(delimiter)
  const show = ([program, ...args]: [string, ...string[]]): void =>
    void spawnSync(program, args, {
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  // One client address has 28,000 ports, and each rests for a minute after its connection: more requests than these
  // would measure how long the kernel looks for a free one.
  show(inPlace('node1', process.execPath, script, url, '--runs', '3', '--requests', '3000'))
  console.log('\nthe same on loopback, whose ports are free at once, for 24,000 connections')
  show([process.execPath, script, '--runs', '3', '--requests', '24000'])
}

/** The goal is 1.5: what stands in front is found from objects, and answers come by one hop more. */
async function gateway(): Promise<void> {
  console.log('\n6 users with a cookie jar through ingress-nginx, against one client at the ClusterIP')
  const controller = 'ingress-nginx'
  if ((await labStatusInTime()).state?.gateways[controller] === undefined) {
    console.log('  not measured: npm run lab -- up --with ingress-nginx')
    return
  }
  const host = 'bench.lab'
  await kubectl(['-n', namespace, 'apply', '-f', '-'], {
    input: JSON.stringify(stickyIngress('bench', host)),
  })
  const path = ['-n', namespace, '--path', '/hostname']
  await compare(
    'to the verdict (through the gateway)',
    7,
    our(['probe', 'ingress/bench', ...path], /STICKY by the cookie route/),
    { ...our(['probe', 'svc/bench', ...path], /STICKY as configured/), name: 'at the ClusterIP' },
  )
}

const parts = { startUp, sizes, probe, gateway, rate }
const chosen = process.argv.slice(2)
const needsPods = chosen.length === 0 || chosen.some((name) => !['startUp', 'sizes'].includes(name))
try {
  if (needsPods) await deploy()
  for (const [name, part] of Object.entries(parts))
    if (chosen.length === 0 || chosen.includes(name)) await part()
} finally {
  if (needsPods) await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false'])
}
