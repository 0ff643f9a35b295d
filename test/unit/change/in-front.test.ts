import { expect, test } from 'vitest'
import { inFront, objectionsBetween } from '../../../src/change/around/objections.ts'
import type { Finding } from '../../../src/model/findings/finding.ts'

const finding = (code: string): Finding => ({
  code,
  level: 'warning',
  message: '',
  why: '',
  mend: [],
  objects: [],
  link: '',
})

test('what is set in front of a Service may pass its affinity by, and it is said', () => {
  const codes = ['AFF-MESH-BYPASSES-SERVICE', 'AFF-SVC-ONE-ENDPOINT']
  const found = objectionsBetween({ findings: [] }, { findings: codes.map(finding) })
  expect(found.doubts.map(({ code }) => code)).toEqual(codes)
  const { doubts, remarks } = inFront(found)
  expect(doubts.map(({ code }) => code)).toEqual(['AFF-SVC-ONE-ENDPOINT'])
  expect(remarks.map(({ code }) => code)).toEqual(['AFF-MESH-BYPASSES-SERVICE'])
})
