/**
 * The main job on a real cluster, as one command: brings the lab up, deploys three pods behind a Service, and explains
 * and probes it without and with affinity. Removes its namespace at the end; the lab stays up for more.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { kubectl, labKubeconfig, labUp, programs } from '../test/lab/index.ts'
import { image, namespace, sampleObjects } from './sample.ts'

const root = join(import.meta.dirname, '..')

/** Runs a command of the plugin as a user would type it, and shows both. */
function show(...words: string[]): void {
  console.log(`\n$ kubectl affinity ${words.join(' ')}`)
  const { status } = spawnSync('kubectl', ['affinity', ...words], {
    cwd: root,
    env: {
      ...process.env,
      KUBECONFIG: labKubeconfig(),
      KUBECTL_AFFINITY_IMAGE: image,
      PATH: [join(root, 'dist'), kubernetes, process.env['PATH']].join(delimiter),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`kubectl affinity ${words[0]} ended with ${status ?? 'a signal'}`)
}

execFileSync(process.execPath, [join(root, 'scripts', 'build.ts')], { stdio: 'inherit' })
await labUp()
const kubernetes = await programs('kubernetes')
try {
  await kubectl(['apply', '-f', '-'], {
    input: JSON.stringify(sampleObjects),
  })
  await kubectl(['rollout', 'status', 'deployment/echo', '-n', namespace, '--timeout=60s'])
  const target = ['svc/echo', '-n', namespace]
  show('explain', ...target)
  show('probe', ...target)
  show('enable', ...target, '--timeout', '30m')
  show('probe', ...target)
  show('disable', ...target)
  console.log(
    '\nthe lab is still up:  npm run lab -- kubectl get nodes    take it down:  npm run lab -- down',
  )
} finally {
  await kubectl(['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found'])
}
