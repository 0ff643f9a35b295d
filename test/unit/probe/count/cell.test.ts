import { expect, test } from 'vitest'
import type { Observation } from '../../../../src/model/probe/observation.ts'
import { Cell } from '../../../../src/probe/count/cell.ts'
import { backendAt, Recogniser } from '../../../../src/probe/count/recognise.ts'
import { endpointsOfAll } from '../../../../src/probe/plan/entries/behind.ts'
import { defaultEntry } from '../../../../src/probe/plan/entries/default.ts'
import { planProbe } from '../../../../src/probe/plan/plan.ts'
import { examineService } from '../../../../src/probe/plan/preflight.ts'
import { options, service, slice } from '../subjects.ts'

const endpoints = ['web-0', 'web-1', 'web-2'].map((name, index) => ({
  addresses: [`10.0.0.${index + 1}`],
  conditions: { ready: true },
  targetRef: { kind: 'Pod', name },
}))

test.each([
  [false, 'inconclusive', 'backends-not-told-apart'],
  [true, 'sticky', undefined],
])('answers that did not mean the same later, sockets seen %s: %s', (isSeen, behaviour, reason) => {
  const subject = examineService(service({ sessionAffinity: 'ClientIP' }), [slice({ endpoints })], undefined)
  const entry = { ...defaultEntry(subject), index: 0 }
  const { expectations } = planProbe(options(), subject, { entries: [entry] })
  const known = endpointsOfAll(subject.slices, [entry])
  const cell = new Cell({
    entry,
    expectation: expectations[0]![0]!,
    recogniser: new Recogniser({ kind: 'auto' }, known),
    endpoints: known,
    keep: { most: 100, unlessNamed: false },
    cells: 1,
  })
  for (let number = 1; number <= 30; number++)
    cell.add({
      number,
      target: 0,
      atMs: number,
      latencyMs: 1,
      outcome: 'answered',
      newConnection: true,
      identity: { source: 'none', value: String(number), excerpt: 'HTTP 200' },
    } satisfies Observation)
  cell.learn({ isUnconfirmed: true })
  if (isSeen) cell.reassign(() => backendAt(known[0]!, 'sockets'))
  const judged = cell.judge(cell.parts(), { acceptedError: 1e-6, cutShort: false })
  expect(judged.verdict).toMatchObject({ behaviour, ...(reason === undefined ? {} : { reason }) })
})
