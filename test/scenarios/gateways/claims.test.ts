import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { compare as ingressNginx } from '../../gateways/ingress-nginx.ts'
import { dist } from '../support/command.ts'
import { scenario } from '../support/scenario.ts'
import { gateway, site } from '../support/site.ts'

const executable = join(dist, 'kubectl-affinity')

describe('what explain claims is what the proxy does', () => {
  scenario('generated Ingresses, by ingress-nginx', [gateway('ingress-nginx')], async () => {
    const compared = await ingressNginx({ executable, kubeconfig: site.kubeconfig }, 40, 1)
    const differ = compared.filter(({ claim, effective }) => claim !== effective)
    expect(compared.length).toBeGreaterThan(60)
    expect(differ).toEqual([])
  })
})
