import { beforeAll, describe, expect, test } from 'vitest'
import { type Ended, run } from '../support/command.ts'
import { ingressPath } from '../support/gateways.ts'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit } from '../support/report.ts'
import { site } from '../support/site.ts'

const prefix = 'nginx.ingress.kubernetes.io'

/** Chosen by the annotation, a class needs no object that says who serves it. */
const ingress = (
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  { of = 'fronts', ingressClass = 'nginx' } = {},
): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name,
    labels: { of },
    annotations: { 'kubernetes.io/ingress.class': ingressClass, ...annotations },
  },
  spec: { rules: [{ host: `${name}.example.org`, http: { paths: [ingressPath('/', name)] } }] },
})

const cookie = { [`${prefix}/affinity`]: 'cookie', [`${prefix}/session-cookie-name`]: 'route' }

describe(`enable and disable in front of Services on ${site.name}`, () => {
  const place = usePlayground()
  const change = (args: readonly string[], options?: Parameters<typeof run>[2]): Promise<Ended> =>
    run(site, [...args, '-n', place.name], options)
  const annotations = async (name: string): Promise<Record<string, string>> => {
    const text = await place.kubectl('get', 'ingress', name, '-o', 'json')
    const { metadata } = JSON.parse(text) as { metadata: { annotations: Record<string, string> } }
    return metadata.annotations
  }

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      // What is said of one Service counts for all Ingresses that lead to it.
      ...['plain', 'odd', 'kept', 'secure', 'front'].map((name) => service(name, { of: 'web' })),
      ingress('plain'),
      ingress('secure', {}, { of: 'others' }),
      ingress('front', {}, { of: 'others', ingressClass: 'traefik' }),
      ingress('odd', {
        ...cookie,
        [`${prefix}/session-cookie-samesite`]: 'Lax',
        [`${prefix}/session-cookie-path`]: '/',
      }),
      ingress('kept', cookie),
    )
  })

  test('a Secure cookie on a host without TLS is warned of', async () => {
    const enabled = await change(['enable', 'ingress/secure', '--cookie', 'route', '--secure'])
    expectExit(enabled, 0)
    expect(enabled.stderr).toContain('AFF-L7-SECURE-COOKIE')
  })

  test('what is written on a Service for a proxy is proved through the proxy', async () => {
    const enabled = await change(['enable', 'svc/front', '--cookie', 'route', '--with', 'traefik'])
    expectExit(enabled, 0)
    expect(enabled.stdout).toMatch(/^prove +kubectl affinity probe ingress\/front /m)
    expect(enabled.stdout).not.toContain('probe svc/front')
  })

  test('the undo of a change that no flag says is a command of kubectl, which restores exactly what was there', async () => {
    const before = await annotations('odd')
    const disabled = await change(['disable', 'ingress/odd'])
    expectExit(disabled, 0)
    expect(await annotations('odd')).not.toHaveProperty([`${prefix}/affinity`])
    const printed = disabled.stdout.replaceAll(/ \\\n */g, ' ')
    const undo = /^undo {3}kubectl patch (\S+) -n (\S+) --type merge -p '(.*)'$/m
    const [, object = '', namespace, patch = ''] = undo.exec(printed) ?? []
    expect(namespace).toBe(place.name)
    await place.kubectl('patch', object, '--type', 'merge', '-p', patch)
    expect(await annotations('odd')).toStrictEqual(before)
  })

  test('the undo of the first cookie takes it away', async () => {
    const before = await annotations('plain')
    const enabled = await change(['enable', 'ingress/plain', '--cookie', 'route', '--same-site', 'Lax'])
    expectExit(enabled, 0)
    expect(enabled.stdout).toContain(`undo   kubectl affinity disable ingress/plain -n ${place.name}\n`)
    expectExit(await change(['disable', 'ingress/plain']), 0)
    expect(await annotations('plain')).toStrictEqual(before)
  })

  test('whose affinity is to be taken over and is not there, fails as an error', async () => {
    const { code, stderr } = await change(['enable', 'ingress/plain', '--from', 'ingress/nobody'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: ingress\/plain not changed: .*"nobody" not found/m)
  })

  test('a selector means Ingresses where that is said', async () => {
    const asked = await change([
      'enable',
      'ingress',
      '-l',
      'of=fronts',
      '--cookie',
      'all',
      '--dry-run=server',
    ])
    expectExit(asked, 0)
    expect(asked.stdout.match(/^ingress\/\w+ patched/gm)).toStrictEqual([
      'ingress/kept patched',
      'ingress/odd patched',
      'ingress/plain patched',
    ])
    expect(asked.stdout).toContain('3 targets: 3 patched (dry run)\n')
  })

  test('a manager that keeps an annotation is named with it, and stops the change', async () => {
    const name = `${prefix}/session-cookie-name`
    // Whole: what kubectl applied before and is not declared here goes with the first server-side apply.
    const declared = ingress('kept', { ...cookie, [name]: 'theirs' })
    await site.kubectl(
      [
        'apply',
        '--server-side',
        '--force-conflicts',
        '--field-manager=argocd-controller',
        '-n',
        place.name,
        '-f',
        '-',
      ],
      JSON.stringify(declared),
    )
    const refused = await change(['enable', 'ingress/kept', '--cookie', 'ours'])
    expectExit(refused, 1)
    expect(refused.stderr).toMatch(
      /ingress\/kept not changed, 1 conflict: conflict with "argocd-controller": \.metadata\.annotations\./,
    )
    expect(refused.stderr).toContain('Argo CD keeps this Ingress')
    expectExit(await change(['enable', 'ingress/kept', '--cookie', 'ours', '--force-conflicts']), 0)
    expect(await annotations('kept')).toMatchObject({ [name]: 'ours' })
  })

  test('the same on another Ingress, from files as well as from the cluster', async () => {
    const carried = await change(['enable', 'ingress/plain', '--from', 'ingress/odd', '--dry-run=server'])
    expectExit(carried, 0)
    expect(carried.stdout).toContain(
      'None → cookie "route", path /, until the browser closes (as ingress/odd)',
    )
    const none = await change(['enable', 'ingress/odd', '--from', 'ingress/plain'])
    expectExit(none, 1)
    expect(none.stderr).toContain('ingress/plain keeps no clients: there is no affinity to carry over')
    const own = await change(['enable', 'ingress/odd', '--from', 'ingress/odd'])
    expectExit(own, 1)
    expect(own.stderr).toContain('ingress/odd cannot take over its own affinity')
  })
})
