import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explainFiles, type Step } from '../../../../src/snapshot/explanations.ts'
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

function words(step: Step): string[] {
  if (step.kind === 'failure') return [`error: ${step.error.message}`]
  if (step.kind === 'findings') return ['the file', ...step.findings.map(lineOf)]
  const { target, paths, findings } = step.explanation
  return ['', `${target.kind}/${target.name}`, ...paths.map(wayOf), ...findings.map(lineOf)]
}

/** What is said of each case, and where; the right answers were settled before, and are golden files. */
describe('cases of Services from the field', () => {
  it.each(readdirSync(folder))('%s', async (name) => {
    const steps = await Array.fromAsync(
      explainFiles([join(folder, name)], { recursive: false, namespace: 'default', stdin: nothing() }),
    )
    const text = steps.flatMap(words).join('\n').replaceAll(`${folder}/`, '')
    await expect(`${text}\n`).toMatchFileSnapshot(join(golden, `services-${name}.txt`))
  })

  it('checks nothing off that was not looked at', async () => {
    for (const name of ['17-internal-local-svc.yaml', '16-pod-services-all.yaml', '01-nlb-udp-svc.yaml']) {
      const steps = await Array.fromAsync(
        explainFiles([join(folder, name)], { recursive: false, namespace: 'default', stdin: nothing() }),
      )
      for (const step of steps) {
        if (step.kind !== 'explanation') continue
        const { passed, notPossible } = step.explanation
        expect(passed).not.toContain('AFF-SVC-NO-ENDPOINTS')
        expect(passed).not.toContain('AFF-SVC-LOCAL-TRAFFIC')
        expect(notPossible.flatMap(({ codes }) => codes)).toContain('AFF-SVC-NO-ENDPOINTS')
      }
    }
  })
})
