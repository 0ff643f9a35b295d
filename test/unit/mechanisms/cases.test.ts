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
})
