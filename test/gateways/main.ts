/**
 * What `explain` says of generated set-ups beside what the proxies of the lab do with them.
 *
 *     node test/gateways/main.ts ingress-nginx|traefik|istio [HOW-MANY [SEED]]
 *     node test/gateways/main.ts envoy-gateway [HOW-MANY]
 */
import { join } from 'node:path'
import { labKubeconfig } from '../lab/index.ts'
import { compare as envoyGateway } from './envoy-gateway/compare.ts'
import type { Compared } from './frame.ts'
import { compare as ingressNginx } from './ingress-nginx.ts'
import { compare as istio } from './istio.ts'
import { compare as traefik } from './traefik.ts'

type Judge = (
  programs: { executable: string; kubeconfig: string },
  count: number,
  seed: number,
) => Promise<Compared[]>

const judges: Readonly<Record<string, Judge>> = {
  'ingress-nginx': ingressNginx,
  traefik,
  istio,
  'envoy-gateway': async (_programs, count) => {
    const { site } = await import('../scenarios/support/site.ts')
    return await envoyGateway(site, { about: count })
  },
}

const [name = '', count = '40', seed = '1'] = process.argv.slice(2)
const judge = judges[name]
if (judge === undefined) throw new Error(`no judge "${name}": there are ${Object.keys(judges).join(', ')}`)
const executable = join(import.meta.dirname, '..', '..', 'dist', 'kubectl-affinity')
const compared = await judge({ executable, kubeconfig: labKubeconfig() }, Number(count), Number(seed))
const differ = compared.filter(({ claim, effective }) => claim !== effective)
for (const { where, claim, effective } of differ)
  console.log(`${where}\n    explain  ${claim}\n    proxy    ${effective}`)
const share = ((1 - differ.length / compared.length) * 100).toFixed(1)
console.log(`${compared.length} hosts and paths, agreed on ${compared.length - differ.length} (${share} %)`)
