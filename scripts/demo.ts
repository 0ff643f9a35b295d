/**
 * The main job on a real cluster, as one command: brings the lab up, deploys three pods behind a Service, and probes
 * it without and with affinity. Removes its namespace at the end; the lab stays up for more.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { kubectl, labKubeconfig, labUp } from '../test/lab/index.ts'

const root = join(import.meta.dirname, '..')
const namespace = 'affinity-demo'

/** Answers with the address of its pod, as many applications do, and needs nothing but Node. */
const server =
  "require('http').createServer((_, answer) => answer.end(JSON.stringify({ pod_ip: process.env.POD_IP }))).listen(8080); process.on('SIGTERM', () => process.exit())"

const container = {
  name: 'server',
  image: 'docker.io/lab/node:1',
  command: ['node', '-e', server],
  env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
  readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
}

const objects = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'echo', namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'echo' } },
      template: {
        metadata: { labels: { app: 'echo' } },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'echo', namespace },
    spec: { selector: { app: 'echo' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
]

/** Runs a command as a user would type it, and shows both. */
function show(...words: string[]): void {
  console.log(`\n$ ${words.join(' ')}`)
  const [program = '', ...args] = words
  const { status } = spawnSync(program, args, {
    cwd: root,
    env: {
      ...process.env,
      KUBECONFIG: labKubeconfig(),
      KUBECTL_AFFINITY_IMAGE: container.image,
      PATH: `${join(root, 'dist')}:${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`${program} ended with ${status ?? 'a signal'}`)
}

execFileSync(process.execPath, [join(root, 'scripts', 'build.ts')], { stdio: 'inherit' })
await labUp()
try {
  await kubectl(['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  })
  await kubectl(['rollout', 'status', 'deployment/echo', '-n', namespace, '--timeout=60s'])
  show('kubectl-affinity', 'probe', 'svc/echo', '-n', namespace)
  const affinity = '{"spec":{"sessionAffinity":"ClientIP"}}'
  await kubectl(['patch', 'service', 'echo', '-n', namespace, '-p', affinity])
  console.log('\nsessionAffinity is ClientIP now')
  show('kubectl-affinity', 'probe', 'svc/echo', '-n', namespace)
  console.log(
    '\nthe lab is still up:  npm run lab -- kubectl get nodes    take it down:  npm run lab -- down',
  )
} finally {
  await kubectl(['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found'])
}
