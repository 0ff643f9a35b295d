/** What depends on a version: said by the version that runs, where it is seen, and both where it is not. */
import { describe, expect, it } from 'vitest'
import { explainedText } from '../explained.ts'
import { ingressClassText, ingressText, serviceText } from '../manifests.ts'

const service = serviceText('web')

function deployment(name: string, image: string, args: readonly string[] = [], version = ''): string {
  const labels = {
    'app.kubernetes.io/name': name,
    ...(version === '' ? {} : { 'app.kubernetes.io/version': version }),
  }
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress, labels: ${JSON.stringify(labels)}}
spec:
  selector: {matchLabels: {app: it}}
  template:
    metadata: {labels: {app: it}}
    spec: {containers: [{name: it, image: "${image}", args: ${JSON.stringify(args)}}]}
`
}

async function said(controller: string, annotations: Readonly<Record<string, string>>, running = '') {
  const text = [service, ingressText(annotations), ingressClassText(controller), running].join('---')
  const { ways, explanations } = await explainedText(text)
  const findings = explanations
    .flatMap((one) => one.findings)
    .filter(({ code }) => !code.startsWith('AFF-SVC'))
  const hops = explanations.flatMap(({ paths }) =>
    paths.filter(({ entry }) => entry.kind === 'host').flatMap((path) => path.hops),
  )
  return {
    ways,
    notes: [...new Set(hops.flatMap(({ note }) => note ?? []))].filter((note) => !note.startsWith('pods')),
    findings: [...new Map(findings.map(({ code, message }) => [code, message]))].map((one) => one.join(': ')),
  }
}

describe('HAProxy Kubernetes Ingress', () => {
  const annotations = { 'haproxy.org/cookie-persistence': 'SRV' }
  const of = async (running: string) => await said('haproxy.org/ingress-controller', annotations, running)
  const image = 'haproxytech/kubernetes-ingress'

  it('is told in both ways where its version is not seen', async () => {
    expect(await of('')).toEqual({
      ways: ['shop.example/ cookie SRV'],
      notes: ['up to 3.2; later versions read cookie-persistence from the Service or the ConfigMap alone'],
      findings: [
        'AFF-HAP-COOKIE-ON-INGRESS: haproxy.org/cookie-persistence on an Ingress works up to 3.2; later versions read it from the Service or the ConfigMap only, and ignore it here',
      ],
    })
  })

  it('reads the annotation in 3.2', async () => {
    expect(await of(deployment('kubernetes-ingress', `${image}:3.2.11`))).toEqual({
      ways: ['shop.example/ cookie SRV'],
      notes: [],
      findings: [
        'AFF-HAP-COOKIE-ON-INGRESS: haproxy.org/cookie-persistence on an Ingress works in 3.2.11, which runs here, and not after an update: later versions read it from the Service or the ConfigMap only',
      ],
    })
  })

  it('ignores it after that; a label tells the version of an image by digest', async () => {
    const running = deployment('kubernetes-ingress', `${image}@sha256:${'0'.repeat(64)}`, [], '3.3.0')
    expect(await of(running)).toEqual({
      ways: ['shop.example/ none'],
      notes: [],
      findings: [
        'AFF-HAP-COOKIE-ON-INGRESS: haproxy.org/cookie-persistence on an Ingress is ignored by 3.3.0, which runs here: since 3.3 it is read from the Service or the ConfigMap only',
      ],
    })
  })

  it('is told in both ways where two versions run', async () => {
    const running = [
      deployment('kubernetes-ingress', `${image}:3.2.11`),
      deployment('kubernetes-ingress', `${image}:3.3.0`).replace('name: controller', 'name: other'),
    ].join('---')
    expect(await of(running)).toEqual(await of(''))
  })
})

describe('NGINX Ingress Controller', () => {
  const of = async (key: string, running: string) =>
    await said('nginx.org/ingress-controller', { [key]: 'serviceName=web srv_id path=/' }, running)
  const free = (version: string) => deployment('nginx-ingress', `docker.io/nginx/nginx-ingress:${version}`)
  const plus = deployment('nginx-ingress', 'private-registry.nginx.com/nginx-ic/nginx-plus-ingress:5.3.1')

  it('says since when the annotation is read where no version is seen, and nothing from 5.4 on', async () => {
    expect(await of('nginx.org/sticky-cookie-services', '')).toEqual({
      ways: ['shop.example/ cookie srv_id'],
      notes: ['since 5.4.0; before that it takes NGINX Plus'],
      findings: [
        'AFF-NGINC-VERSION: nginx.org/sticky-cookie-services takes NGINX Ingress Controller 5.4.0 or newer',
      ],
    })
    expect(await of('nginx.org/sticky-cookie-services', free('5.4.0'))).toEqual({
      ways: ['shop.example/ cookie srv_id'],
      notes: [],
      findings: [],
    })
  })

  it('ignores it before', async () => {
    expect(await of('nginx.org/sticky-cookie-services', free('5.3.1'))).toEqual({
      ways: ['shop.example/ none'],
      notes: ['nginx.org/sticky-cookie-services is read since 5.4.0, and 5.3.1 runs here'],
      findings: [
        'AFF-NGINC-VERSION: nginx.org/sticky-cookie-services takes NGINX Ingress Controller 5.4.0 or newer, and 5.3.1 runs here: it is ignored',
      ],
    })
  })

  it('takes that of NGINX Plus by the image that runs', async () => {
    expect(await of('nginx.com/sticky-cookie-services', plus)).toEqual({
      ways: ['shop.example/ cookie srv_id'],
      notes: [],
      findings: [],
    })
    const { ways, findings } = await of('nginx.com/sticky-cookie-services', free('5.4.0'))
    expect(ways).toEqual(['shop.example/ none'])
    expect(findings).toEqual([
      'AFF-NGINC-PLUS: with open source NGINX, which runs here, the controller refuses the whole Ingress because of nginx.com/sticky-cookie-services',
    ])
  })
})

describe("Traefik's provider for ingress-nginx", () => {
  const provider = ['--providers.kubernetesingressnginx=true']
  const running = (version: string, args: readonly string[] = provider) =>
    deployment('traefik', `docker.io/traefik:${version}`, args)
  const cookie = {
    'nginx.ingress.kubernetes.io/affinity': 'cookie',
    'nginx.ingress.kubernetes.io/session-cookie-name': 'SID',
  }
  const hash = { 'nginx.ingress.kubernetes.io/upstream-hash-by': '$remote_addr' }
  const of = async (annotations: Readonly<Record<string, string>>, deployed: string) =>
    await said('k8s.io/ingress-nginx', annotations, deployed)

  it('serves the classes of ingress-nginx where it is switched on and that controller does not run', async () => {
    const { ways } = await of({ ...cookie, ...hash }, running('v3.6.24'))
    expect(ways).toEqual(['shop.example/ cookie SID'])
    expect((await of({ ...cookie, ...hash }, running('v3.6.24'))).notes).toEqual([
      'upstream-hash-by is read since 3.7 only',
    ])
  })

  it('is read from a DaemonSet as well, which ingress controllers often are', async () => {
    const onEach = (text: string) => text.replace('kind: Deployment', 'kind: DaemonSet')
    expect((await of({ ...cookie, ...hash }, onEach(running('v3.7.9')))).ways).toEqual([
      'shop.example/ hash $remote_addr',
    ])
    const rke2 = deployment('rke2-ingress-nginx', 'docker.io/rancher/nginx-ingress-controller:v1.14.1')
    const both = [running('v3.6.24'), onEach(rke2.replace('controller,', 'nginx,'))].join('---')
    expect((await of(hash, both)).ways).toEqual(['shop.example/ hash $remote_addr'])
    expect((await of({ ...cookie, ...hash }, both)).notes).toEqual([])
  })

  it('hashes before the cookie since 3.7', async () => {
    expect((await of({ ...cookie, ...hash }, running('v3.7.9'))).ways).toEqual([
      'shop.example/ hash $remote_addr',
    ])
  })

  it('says both where its version is not seen', async () => {
    const { ways, notes } = await of({ ...cookie, ...hash }, running('latest'))
    expect(ways).toEqual(['shop.example/ cookie SID'])
    expect(notes).toEqual(['since 3.7 upstream-hash-by decides'])
  })

  it('leaves them to ingress-nginx where it is off, has another class, or both run', async () => {
    const nginx = 'shop.example/ hash $remote_addr'
    expect((await of(hash, running('v3.6.24', []))).ways).toEqual([nginx])
    const other = [...provider, '--providers.kubernetesingressnginx.controllerclass=example.com/other']
    expect((await of(hash, running('v3.6.24', other))).ways).toEqual([nginx])
    const both = [
      running('v3.6.24'),
      deployment('ingress-nginx', 'registry.k8s.io/ingress-nginx/controller:v1.15.1').replace(
        'controller,',
        'nginx,',
      ),
    ].join('---')
    expect((await of(hash, both)).ways).toEqual([nginx])
  })
})

describe('Kong', () => {
  const policy = `apiVersion: configuration.konghq.com/v1beta1
kind: KongUpstreamPolicy
metadata: {name: sticky, namespace: shop}
spec: {algorithm: sticky-sessions, stickySessions: {cookie: SID}, hashOn: {input: none}}
`
  const kong = (gateway: string, controller: string) =>
    [
      deployment('gateway', gateway),
      deployment('controller', controller).replace('name: controller', 'name: kic'),
    ].join('---')
  const of = async (running: string): Promise<string[]> => {
    const named = serviceText('web', { 'konghq.com/upstream-policy': 'sticky' })
    const text = [
      named,
      ingressText({}),
      ingressClassText('ingress-controllers.konghq.com/kong'),
      policy,
      running,
    ]
    const { explanations } = await explainedText(text.join('---\n'))
    const all = explanations.flatMap((one) => one.findings)
    return [
      ...new Set(
        all.filter(({ code }) => code.startsWith('AFF-KONG')).map((one) => `${one.level}: ${one.message}`),
      ),
    ]
  }
  const message =
    'sticky-sessions needs Kong Gateway Enterprise 3.11 and Kong Ingress Controller 3.5, or newer'
  const controller = 'docker.io/kong/kubernetes-ingress-controller:3.5.13'

  it('has sticky sessions in its Enterprise edition since 3.11, and nothing is said of it', async () => {
    expect(await of(kong('docker.io/kong/kong-gateway:3.11.0.2', controller))).toStrictEqual([])
  })

  it('has none before, nor in its free edition', async () => {
    const said = [`error: ${message}, and something else runs here`]
    expect(await of(kong('docker.io/kong/kong-gateway:3.10.0.1', controller))).toStrictEqual(said)
    expect(await of(kong('docker.io/kong:3.9', controller))).toStrictEqual(said)
    expect(await of(kong('kong/kong-gateway:3.11', 'kong/kubernetes-ingress-controller:3.4'))).toStrictEqual(
      said,
    )
  })

  it('may have some where nothing is seen of it', async () => {
    expect(await of('')).toStrictEqual([`info: ${message}`])
  })
})

describe('one address', () => {
  it('is said once of ingress-nginx', async () => {
    const { findings } = await said('k8s.io/ingress-nginx', {
      'nginx.ingress.kubernetes.io/affinity': 'cookie',
      'nginx.ingress.kubernetes.io/service-upstream': 'true',
    })
    expect(findings.map((one) => one.split(':')[0])).toEqual(['AFF-NGX-SERVICE-UPSTREAM', 'AFF-NGX-RETIRED'])
  })
})
