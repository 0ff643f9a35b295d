import { join } from 'node:path'
import { env } from 'node:process'
import { kubeconfigPath, statePath } from '../paths.ts'
import { passThrough, run, tryRun, type RunOptions, type RunResult } from '../machine/process.ts'
import { presentState } from './state.ts'

const program = (): string => join(presentState().parts.programs.kubernetes, 'kubectl')
const environment = (): NodeJS.ProcessEnv => ({
  ...env,
  KUBECONFIG: kubeconfigPath(),
  // Each lab is another cluster at the same address: what kubectl remembers of one is wrong for the next.
  KUBECACHEDIR: statePath('kubectl-cache'),
})

/** Runs the lab's kubectl as its administrator and returns what it printed; throws when it fails. */
export const kubectl = async (args: readonly string[], options: RunOptions = {}): Promise<string> =>
  run(program(), args, { env: environment(), ...options })

/** Runs the lab's kubectl as its administrator, whatever its exit code. */
export const tryKubectl = async (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
  tryRun(program(), args, { env: environment(), ...options })

/** Runs the lab's kubectl on our own terminal and returns its exit code. */
export const kubectlHere = async (args: readonly string[]): Promise<number> =>
  passThrough(program(), args, environment())

/** Applies objects, without a trip through files. */
export async function applyObjects(objects: readonly object[]): Promise<void> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  })
}
