/** Routes at entry points, beside what the arguments of Traefik make. */
import { expect, it } from 'vitest'
import { explainedText } from '../../explained.ts'

const withMount = (path: string): string =>
  made.replace('args:', `volumeMounts: [{name: own, mountPath: ${path}}], args:`)
const traefik = (...args: readonly string[]): string => `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: traefik, labels: {app.kubernetes.io/name: traefik}}
spec: {template: {spec: {containers: [{name: traefik, image: traefik:v3.6.12, args: ${JSON.stringify(args)}}]}}}
`
const made = traefik('--entryPoints.Web.address=:8000/tcp', '--entryPoints.websecure.address=:8443')
const service = `
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`
const route = (names: string, kind = 'IngressRoute', match = 'Host(`shop.example`)'): string => `
---
apiVersion: traefik.io/v1alpha1
kind: ${kind}
metadata: {name: shop}
spec: {entryPoints: ${names}, routes: [{match: "${match}", services: [{name: web, port: 80}]}]}
`
const classed = `
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop, annotations: {kubernetes.io/ingress.class: inner}}
spec: {entryPoints: [webb], routes: [{match: Host(\`shop.example\`), services: [{name: web, port: 80}]}]}
`
const ingress = (names: string, className = 'traefik'): string => `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: {traefik.ingress.kubernetes.io/router.entrypoints: "${names}"}}
spec:
  ingressClassName: ${className}
  rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
`
const code = 'AFF-TRA-ENTRY-POINT'

async function seen(text: string) {
  const { explanations } = await explainedText(service + text)
  const [web] = explanations.filter(({ service: own }) => own !== undefined)
  const states = {
    found: web?.findings.some((finding) => finding.code === code),
    passed: web?.passed.includes(code),
    'does not apply': web?.doesNotApply.includes(code),
    'not possible': web?.notPossible.some(({ codes }) => codes.includes(code)),
  }
  const hops = web?.paths.filter(({ entry }) => entry.kind === 'host').flatMap((path) => path.hops) ?? []
  return { state: Object.entries(states).find(([, is]) => is)?.[0], roles: hops.map(({ role }) => role) }
}

it.each([
  ['a route at one that is not there', made + route('[webb]'), 'found', 'unknown'],
  ['for TCP', made + route('[webb]', 'IngressRouteTCP', 'HostSNI(`*`)'), 'found', 'unknown'],
  ['an Ingress', made + ingress('webb, webc'), 'found', 'unknown'],
  ['an Ingress of another class', made + ingress('webb', 'nginx'), 'does not apply', 'decides'],
  ['one of several is there', made + route('[webb, web]'), 'passed', 'decides'],
  ['that of Traefik itself', made + route('[traefik]'), 'passed', 'decides'],
  ['of a class that no Traefik here has', made + classed, 'does not apply', 'decides'],
  [
    'of a class that one has',
    traefik('--entrypoints.web.address=:80', '--providers.kubernetesCRD.ingressClass=inner') + classed,
    'found',
    'unknown',
  ],
  ['none is named', made + route('[]'), 'does not apply', 'decides'],
  ['no Traefik is seen', route('[webb]'), 'not possible', 'decides'],
  [
    'a file counts',
    traefik('--configFile=/a', '--entrypoints.web.address=:80') + route('[webb]'),
    'not possible',
    'decides',
  ],
  ['a file may be in its folder', withMount('/etc/traefik/') + route('[webb]'), 'not possible', 'decides'],
  [
    'a file is in its place',
    withMount('/etc/traefik/traefik.yaml') + route('[webb]'),
    'not possible',
    'decides',
  ],
  ['a file beside it is for routes', withMount('/etc/traefik/dynamic') + route('[webb]'), 'found', 'unknown'],
  [
    'of a second Traefik nothing is told',
    `${made}${traefik('--ping').replace('name: traefik,', 'name: b,')}${route('[webb]')}`,
    'not possible',
    'decides',
  ],
])('%s', async (_name, text, state, role) => {
  expect(await seen(text)).toStrictEqual({ state, roles: [role] })
})
