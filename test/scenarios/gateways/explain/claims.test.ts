import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { compare as ingressNginx } from '../../../gateways/ingress-nginx.ts'
import { compare as traefik } from '../../../gateways/traefik.ts'
import { dist } from '../../support/command.ts'
import { scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const executable = join(dist, 'kubectl-affinity')

describe('what explain claims is what the proxy does', () => {
  scenario('generated Ingresses, by ingress-nginx', [gateway('ingress-nginx'), 'real gateways'], async () => {
    const compared = await ingressNginx({ executable, kubeconfig: site.kubeconfig }, 40, 1)
    const differ = compared.filter(({ claim, effective }) => claim !== effective)
    expect(compared.length).toBeGreaterThan(60)
    expect(differ).toEqual([])
  })

  scenario(
    'generated Ingresses, IngressRoutes and TraefikServices, by Traefik',
    [gateway('traefik'), 'real gateways'],
    async () => {
      const compared = await traefik({ executable, kubeconfig: site.kubeconfig }, 48, 1)
      expect(compared.filter(({ effective }) => effective.includes('cookie')).length).toBeGreaterThan(10)
      expect(compared.filter(({ claim, effective }) => claim !== effective)).toEqual([])
    },
  )
})
