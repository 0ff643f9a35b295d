/**
 * Records docs/recording.svg: real commands on the lab, with their real output, as an animated picture of a terminal.
 * Needs the lab (`npm run lab -- up`) and the built executable. Run it again when the output changes.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { kubectl, labKubeconfig, programs } from '../test/lab/index.ts'
import { image, namespace, sampleObjects } from './sample.ts'
import { terminalSvg, type Scene } from './terminal-svg.ts'

const root = join(import.meta.dirname, '..')
const columns = 88

const commands = [
  'kubectl affinity explain svc/echo',
  'kubectl affinity probe svc/echo',
  'kubectl affinity enable svc/echo --timeout 30m',
  'kubectl affinity probe svc/echo',
]

const path = [
  join(root, 'dist'),
  dirname(join(await programs('kubernetes'), 'kubectl')),
  process.env['PATH'],
].join(':')
// A kubeconfig of its own: nobody else's namespace changes.
const folder = mkdtempSync(join(tmpdir(), 'recording-'))
const kubeconfig = join(folder, 'config')
copyFileSync(labKubeconfig(), kubeconfig)

const env = {
  ...process.env,
  PATH: path,
  KUBECONFIG: kubeconfig,
  KUBECTL_AFFINITY_IMAGE: image,
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
}

/** Runs a command on a pseudo-terminal, so that it shows colours; what stderr showed meanwhile is gone at the end anyway. */
function record(command: string): Scene {
  const begun = performance.now()
  const { stdout, status } = spawnSync(
    'script',
    ['-qec', `stty cols ${columns}; ${command} 2>/dev/null`, '/dev/null'],
    {
      env,
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`"${command}" ended with ${status}: ${stdout}`)
  return {
    command,
    output: stdout.replaceAll('\r', '').trimEnd().split('\n'),
    seconds: (performance.now() - begun) / 1000,
  }
}

await kubectl(['apply', '-f', '-'], { input: JSON.stringify(sampleObjects) })
try {
  await kubectl(['rollout', 'status', 'deployment/echo', '-n', namespace, '--timeout=60s'])
  await kubectl([
    'config',
    'set-context',
    '--current',
    `--namespace=${namespace}`,
    `--kubeconfig=${kubeconfig}`,
  ])
  const svg = terminalSvg(
    commands.map((command) => record(command)),
    columns,
  )
  writeFileSync(join(root, 'docs', 'recording.svg'), svg)
} finally {
  rmSync(folder, { recursive: true })
  await kubectl(['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found'])
}
