import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hintText } from '../../../../src/cli/remedies.ts'
import { explainCluster, explainFiles, type ExplainStep } from '../../../../src/snapshot/explanations.ts'
import { parseFile } from '../../../../src/snapshot/files/text/document.ts'
import { UserError } from '../../../../src/model/common/user-error.ts'
import { serviceKind } from '../../../../src/mechanisms/service/objects.ts'
import { anyKind } from '../../../../src/model/affinity/target.ts'
import { fakeCluster } from '../../snapshot/fake-cluster.ts'
import type { Finding } from '../../../../src/model/findings/finding.ts'
import type { Path } from '../../../../src/model/affinity/leg.ts'

const folder = join(import.meta.dirname, '../../../cases/services')
const golden = join(import.meta.dirname, '../../../golden/cases')

async function* nothing(): AsyncGenerator<string, void, undefined> {}

const placeOf = ({ position: at }: Finding): string => `${at?.line}:${at?.column}`
const lineOf = (finding: Finding): string =>
  [
    `  ${placeOf(finding)} ${finding.level} ${finding.code}`,
    `    ${finding.message}`,
    ...finding.mend.map((mend) => `    > ${mend}`),
  ].join('\n')
const wayOf = ({ entry, hops, end }: Path): string =>
  [
    `  ${entry.from} ${entry.address}`,
    ...hops.map(
      ({ mechanism, policy, role, note }) =>
        `${mechanism} ${policy.kind} ${role}${note === undefined ? '' : ` (${note})`}`,
    ),
    end,
  ].join(' → ')

function words(step: ExplainStep): string[] {
  if (step.kind === 'failure') return [`error: ${step.error.message}`]
  if (step.kind === 'findings') return ['the file', ...step.findings.map(lineOf)]
  const { target, paths, findings, service } = step.explanation
  const { ready, total, besidesSelected } = service?.endpoints ?? {}
  const count = ready === undefined ? '' : ` ${ready} of ${total} endpoints`
  const more = besidesSelected === true ? ', besides the pods of the selector' : ''
  return ['', `${target.kind}/${target.name}${count}${more}`, ...paths.map(wayOf), ...findings.map(lineOf)]
}

/** All that is said, an error that ends it included. */
async function said(steps: AsyncGenerator<ExplainStep>): Promise<string> {
  const lines: string[] = []
  try {
    for await (const step of steps) lines.push(...words(step))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    lines.push(`error: ${error.message}`, ...error.hints.map((hint) => `    > ${hintText(hint)}`))
  }
  return `${lines.join('\n').replaceAll(`${folder}/`, '')}\n`
}

const fromFiles = (name: string): AsyncGenerator<ExplainStep> =>
  explainFiles([join(folder, name)], { recursive: false, namespace: 'default', stdin: nothing() })

/** Files, those in folders as well, and the folders. */
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()

/** What is said of each case, and where; the right answers were settled before, and are golden files. */
describe('cases of Services from the field', () => {
  it.each(names)('%s', async (name) => {
    const text = await said(fromFiles(name))
    await expect(text).toMatchFileSnapshot(join(golden, `services-${name.replaceAll('/', '-')}.txt`))
  })

  const objectsOf = (name: string): Record<string, unknown>[] =>
    parseFile(name, readFileSync(join(folder, name), 'utf8'), true).objects.map(({ value }) => value)
  const fromCluster = (
    service: Record<string, unknown>,
    answers: Readonly<Record<string, object>>,
  ): AsyncGenerator<ExplainStep> => {
    const { name } = service['metadata'] as { name: string }
    const { cluster } = fakeCluster({
      [`/api/v1/namespaces/shop/services/${name}`]: { apiVersion: 'v1', kind: 'Service', ...service },
      ...answers,
    })
    return explainCluster(cluster, {
      kind: 'names',
      targets: [{ kind: anyKind(serviceKind), name }],
    })
  }
  const daemonSets = '/apis/apps/v1/namespaces/kube-system/daemonsets'
  const configMaps = '/api/v1/namespaces/kube-system/configmaps'
  const kubeProxy = { data: { 'config.conf': 'kind: KubeProxyConfiguration\nmode: iptables\n' } }

  it('01-nlb-udp-event.yaml: a load balancer that exists, and is refused its updates', async () => {
    const [service] = objectsOf('01-nlb-udp-svc.yaml')
    const [event] = objectsOf('01-nlb-udp-event.yaml')
    const address = { hostname: 'a1b2.elb.eu-west-1.amazonaws.com' }
    const text = await said(
      fromCluster(
        {
          ...service,
          metadata: { ...(service!['metadata'] as object), namespace: 'shop' },
          status: { loadBalancer: { ingress: [address] } },
        },
        {
          '/api/v1/namespaces/shop/events': { items: [event] },
          [`${configMaps}/kube-proxy`]: kubeProxy,
        },
      ),
    )
    await expect(text).toMatchFileSnapshot(join(golden, 'services-01-nlb-udp-event.cluster.txt'))
  })

  it('29-cilium-beside-cilium.yaml: Cilium beside kube-proxy, affinity off', async () => {
    const [cilium, settings] = objectsOf('29-cilium-beside-cilium.yaml')
    const set = { metadata: { name: 'kube-proxy' }, status: { desiredNumberScheduled: 2 } }
    const text = await said(
      fromCluster(
        {
          metadata: { name: 'web', namespace: 'shop' },
          spec: {
            type: 'NodePort',
            clusterIP: '10.96.0.20',
            selector: { app: 'web' },
            sessionAffinity: 'ClientIP',
            sessionAffinityConfig: { clientIP: { timeoutSeconds: 1800 } },
            ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
          },
        },
        {
          [daemonSets]: { items: [cilium, set] },
          [`${configMaps}/cilium-config`]: settings!,
          [`${configMaps}/kube-proxy`]: kubeProxy,
        },
      ),
    )
    await expect(text).toMatchFileSnapshot(join(golden, 'services-29-cilium-beside.cluster.txt'))
  })

  it('checks nothing off about a load balancer of nobody knows whom', async () => {
    const codes = ['HIDES-CLIENTS', 'BYPASSES', 'IGNORES-TIMEOUT'].map((code) => `AFF-SVC-LB-${code}`)
    for await (const step of fromFiles('17-internal-local-svc.yaml')) {
      if (step.kind !== 'explanation') continue
      const { passed, notPossible } = step.explanation
      expect(passed.filter((code) => codes.includes(code))).toEqual([])
      expect(notPossible.flatMap((one) => one.codes)).toEqual(expect.arrayContaining(codes))
    }
  })

  it.each(names.filter((name) => name.startsWith('04-')))('%s: what passed', async (name) => {
    const lines: string[] = []
    for await (const step of fromFiles(name)) {
      if (step.kind !== 'explanation') continue
      const { target, passed, notPossible } = step.explanation
      lines.push(
        `${target.kind}/${target.name}`,
        ...passed.map((code) => `  ${code}`),
        ...notPossible.map(({ why, codes }) => `  not possible, ${why.what}: ${codes.join(' ')}`),
      )
    }
    const file = join(golden, `services-${name}.passed.txt`)
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(file)
  })

  it('checks nothing off that was not looked at', async () => {
    for (const name of ['17-internal-local-svc.yaml', '16-pod-services-all.yaml', '01-nlb-udp-svc.yaml']) {
      for await (const step of fromFiles(name)) {
        if (step.kind !== 'explanation') continue
        const { passed, notPossible } = step.explanation
        expect(passed).not.toContain('AFF-SVC-NO-ENDPOINTS')
        expect(passed).not.toContain('AFF-SVC-LOCAL-TRAFFIC')
        expect(passed).not.toContain('AFF-SVC-ONE-ENDPOINT')
        expect(notPossible.flatMap(({ codes }) => codes)).toContain('AFF-SVC-NO-ENDPOINTS')
      }
    }
  })
})
