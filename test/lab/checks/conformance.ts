import { join } from 'node:path'
import { kubeconfigPath } from '../paths.ts'
import { passThrough } from '../machine/process.ts'
import { programs } from '../programs.ts'
import { presentState } from '../kubernetes/state.ts'

const services = '(service with type clusterIP|NodePort service)'

/** Those that are part of Kubernetes' conformance, and quick. */
const conformance = `Services should .*session affinity (work )?for ${services}`

/** And those that wait for the affinity to time out, minutes each. */
const all = `Services should .*session affinity .*for ${services}`

/** Runs Kubernetes' own tests of session affinity (ClusterIP and NodePort) on the lab; returns their exit code. */
export async function runConformance(options: { all: boolean }): Promise<number> {
  presentState()
  return passThrough(join(await programs('e2e'), 'e2e.test'), [
    `--kubeconfig=${kubeconfigPath()}`,
    '--provider=skeleton',
    `--ginkgo.focus=${options.all ? all : conformance}`,
    '--ginkgo.no-color',
    '--ginkgo.silence-skips',
    '--ginkgo.timeout=1h',
  ])
}
