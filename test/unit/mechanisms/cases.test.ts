import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { analyseService, type Explanation } from '../../../src/analysis/analyse.ts'
import { snapshotOfFiles } from '../../../src/snapshot/files/snapshot.ts'

const folder = join(import.meta.dirname, '../../cases/gateways')

/** Explains the one Service of a case from the field. */
function explain(name: string): Explanation {
  const text = readFileSync(join(folder, `${name}.yaml`), 'utf8')
  const { snapshot } = snapshotOfFiles([{ name, text, named: true }], 'default')
  return analyseService(snapshot, snapshot.services[0]!)
}

/** `level CODE line` of each finding. */
const found = ({ findings }: Explanation): string[] =>
  findings.map(({ level, code, position }) => `${level} ${code} ${position?.line}`)

/** What the ways from outside stick on, and who decides. */
const outside = ({ paths }: Explanation) =>
  paths
    .filter(({ entry }) => entry.kind === 'host')
    .map(({ entry, hops }) => ({
      entry: entry.address,
      hops: hops.map(({ mechanism, policy, role }) => [mechanism, policy.kind, role].join(', ')),
    }))

const wordsOf = ({ findings }: Explanation): string =>
  findings.flatMap(({ message, why, mend }) => [message, why, ...mend]).join('\n')

describe('cases from the field', () => {
  test('04: annotations of ingress-nginx on a class of the NGINX Inc. controller', () => {
    const explanation = explain('04-nginx-inc-foreign-annotations')
    expect(found(explanation)).toStrictEqual(['warning AFF-L7-FOREIGN-ANNOTATION 26'])
    expect(outside(explanation)).toStrictEqual([
      { entry: 'portal.example.com/', hops: ['NGINX Ingress Controller (F5), none, decides'] },
    ])
    expect(wordsOf(explanation)).toMatch(/annotation of ingress-nginx.*nginx\.org\/sticky-cookie-services/s)
    expect(wordsOf(explanation)).toMatch(/session-cookie-name, session-cookie-hash/)
    expect(wordsOf(explanation)).toMatch(/open source since 5\.4\.0/)
  })

  test('19: misspelt attributes, and targets that are nodes', () => {
    const explanation = explain('19-alb-misspelt-attributes')
    expect(found(explanation)).toStrictEqual([
      'error AFF-AWS-UNKNOWN-ATTRIBUTE 27',
      'warning AFF-AWS-NODES 28',
      'info AFF-SVC-NODEPORT-MASQUERADED 13',
    ])
    expect(outside(explanation).map(({ hops }) => hops[0])).toStrictEqual(['AWS load balancer, none, picks'])
    expect(wordsOf(explanation)).toMatch(
      /"stickness\.enabled", "stinkyness\.ib_cookie\.duration_seconds": did you mean stickiness\.enabled, stickiness\.lb_cookie\.duration_seconds\?/,
    )
    expect(wordsOf(explanation)).not.toMatch(/ClientIP|AWSALB/)
  })

  test('20: a cookie of HAProxy on the Ingress, which versions after 3.2 ignore', () => {
    const explanation = explain('20-haproxytech-cookie-on-the-ingress')
    expect(found(explanation)).toStrictEqual(['warning AFF-HAP-COOKIE-ON-INGRESS 25'])
    const [path] = explanation.paths
    expect(path?.hops[0]).toMatchObject({
      mechanism: 'HAProxy Kubernetes Ingress',
      policy: { kind: 'cookie', name: 'COOKIE', path: '/', madeBy: 'proxy', points: 'at-a-pod' },
      role: 'decides',
      note: expect.stringContaining('up to 3.2'),
    })
    expect(wordsOf(explanation)).toMatch(/works up to 3\.2; later versions .* ConfigMap.*service\/app/s)
  })

  test('21: sticky sessions of Kong, nothing wrong', () => {
    const explanation = explain('21-kong-healthy-sticky-sessions')
    expect(found(explanation)).toStrictEqual(['info AFF-KONG-ENTERPRISE 14'])
    expect(explanation.paths[0]?.hops[0]).toMatchObject({
      mechanism: 'Kong',
      policy: { kind: 'cookie', name: 'session-id', path: '/' },
      role: 'decides',
    })
  })

  test('22: a generated cookie of GKE, nothing wrong', () => {
    const explanation = explain('22-gke-healthy-backendconfig')
    expect(found(explanation)).toStrictEqual([])
    expect(explanation.paths[0]?.hops[0]).toMatchObject({
      mechanism: 'Google load balancer',
      policy: { kind: 'cookie', name: 'GCLB', ttlSeconds: 600 },
      role: 'decides',
    })
    expect(explanation.notPossible.flatMap(({ codes }) => codes)).not.toContain('AFF-GKE-AFFINITY-VALUE')
  })
})
