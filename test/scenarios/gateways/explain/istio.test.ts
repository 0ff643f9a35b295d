import { join } from 'node:path'
import { expect } from 'vitest'
import { compare } from '../../../gateways/istio.ts'
import { dist } from '../../support/command.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const executable = join(dist, 'kubectl-affinity')

describeOnce('what explain says of Istio', () => {
  // More of them: `node test/gateways/main.ts istio 60 2`.
  scenario('is what its gateway is told to do', [gateway('istio'), 'real gateways'], async () => {
    const compared = await compare({ executable, kubeconfig: site.kubeconfig }, 30, 1)
    expect(compared.length).toBeGreaterThan(25)
    expect(compared.filter(({ claim, effective }) => claim !== effective)).toEqual([])
  })
})
