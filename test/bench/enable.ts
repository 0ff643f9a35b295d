/**
 * `enable` and `disable` against `kubectl patch`, in turn, on the lab. Every run changes something.
 *
 *     node test/bench/enable.ts [PAIRS]
 *
 * Prints medians and the median ratio of the pairs; the aim is 1 at most. `enable` reads endpoints and what stands in
 * front of the Service besides, to tell whether the change makes sense.
 */
import { join } from 'node:path'
import { kubectl, labKubeconfig, programs } from '../lab/index.ts'
import { type Command, compare } from './measure.ts'

const pairs = Number(process.argv[2] ?? 25)
const dist = process.env['KUBECTL_AFFINITY_DIST'] ?? join(import.meta.dirname, '..', '..', 'dist')
const ours = join(dist, 'kubectl-affinity')
const kubectlPath = join(await programs('kubernetes'), 'kubectl')
const namespace = `chg-bench-${process.pid}`
const env = { KUBECONFIG: labKubeconfig() }

/** A command whose words are made anew for each run. */
function command(program: string, words: (run: number) => string[]): Command & { name: string } {
  let run = 0
  return {
    name: 'kubectl patch',
    env,
    get argv(): [string, ...string[]] {
      run += 1
      return [program, ...words(run), '-n', namespace]
    },
  }
}

const sticky = (timeoutSeconds: number): object => ({
  sessionAffinity: 'ClientIP',
  sessionAffinityConfig: { clientIP: { timeoutSeconds } },
})
const patch = (names: string[], spec: object): string[] => [
  'patch',
  'service',
  ...names,
  '-p',
  JSON.stringify({ spec }),
]
const isOdd = (run: number): boolean => run % 2 === 1

async function deploy(many: readonly string[]): Promise<void> {
  const services = [...many, 'ours', 'theirs'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { set: name.slice(0, 4) } },
    spec: { selector: { app: 'none' }, ports: [{ port: 80 }] },
  }))
  const items = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...services]
  await kubectl(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
}

const [mine, theirs] = ['many', 'peer'].map((set) =>
  Array.from({ length: 50 }, (_, index) => `${set}-${index}`),
) as [string[], string[]]
try {
  await deploy([...mine, ...theirs])
  await compare(
    'enable and disable in turn',
    pairs,
    command(ours, (run) =>
      isOdd(run) ? ['enable', 'svc/ours', '--timeout', '5s'] : ['disable', 'svc/ours'],
    ),
    command(kubectlPath, (run) => patch(['theirs'], isOdd(run) ? sticky(5) : { sessionAffinity: 'None' })),
  )
  await compare(
    'enable, another timeout',
    pairs,
    command(ours, (run) => ['enable', 'svc/ours', '--timeout', String(run)]),
    command(kubectlPath, (run) => patch(['theirs'], sticky(run))),
  )
  await compare(
    'enable, 50 Services',
    Math.ceil(pairs / 5),
    command(ours, (run) => ['enable', '-l', 'set=many', '--timeout', String(run)]),
    command(kubectlPath, (run) => patch(theirs, sticky(run))),
  )
} finally {
  await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false'])
}
