import type { Ended } from '../../support/program.ts'
import { affinity, forms } from './executable.ts'

const [executable] = forms.executable
/** The Service of every sandbox. */
export const service = 'svc/sample-clusterip'
export const probe: readonly string[] = [executable!, 'probe', service, '--path', '/podinfo']

/** Lines of a script that runs in a sandbox. */
/** For longer than a machine may stand still. */
export const enable = `$affinity enable ${service} --timeout 1h`
export const ask = `$affinity probe ${service} --path /podinfo`

/** Runs a shell script with the executable as `$affinity` in a sandbox of its own. */
export async function inSandbox(flags: readonly string[], script: string): Promise<Ended> {
  const program = `affinity='${executable}'; ${script}`
  return await affinity(['sandbox', ...flags, '--', 'sh', '-c', program])
}
