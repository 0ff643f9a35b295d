/**
 * The main job on a real cluster, as one command: brings the lab up, deploys three pods behind a Service, and probes
 * it without and with affinity. Removes its namespace at the end; the lab stays up for more.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { kubectl, labKubeconfig, labUp } from '../test/lab/index.ts'
import { image, namespace, sampleObjects } from './sample.ts'

const root = join(import.meta.dirname, '..')
/** Runs a command as a user would type it, and shows both. */
function show(...words: string[]): void {
  console.log(`\n$ ${words.join(' ')}`)
  const [program = '', ...args] = words
  const { status } = spawnSync(program, args, {
    cwd: root,
    env: {
      ...process.env,
      KUBECONFIG: labKubeconfig(),
      KUBECTL_AFFINITY_IMAGE: image,
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
    input: JSON.stringify(sampleObjects),
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
