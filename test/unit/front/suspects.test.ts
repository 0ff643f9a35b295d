import { expect, test } from 'vitest'
import { suspectsOf } from '../../../src/front/suspects.ts'
import type { Finding } from '../../../src/model/findings/finding.ts'

const shop = { kind: 'Ingress', namespace: 'shop', name: 'shop' }
const other = { kind: 'Ingress', namespace: 'shop', name: 'other' }
const service = { kind: 'Service', namespace: 'shop', name: 'shop' }

const finding = (
  code: Finding['code'],
  level: Finding['level'],
  ...objects: Finding['objects']
): Finding => ({
  code,
  level,
  objects,
  message: code,
  why: '',
  mend: [],
  link: '',
})

const findings = [
  finding('AFF-NGX-REGEX-COOKIE-PATH', 'error', shop),
  finding('AFF-NGX-DEAD-ANNOTATION', 'warning', other),
  finding('AFF-NGX-RETIRED', 'info', shop),
  finding('AFF-ING-BYPASSES-SERVICE', 'warning', service, shop),
  finding('AFF-SVC-NO-ENDPOINTS', 'error', service),
]

test('what is wrong with what was named is suspected, and not what is about the affinity of the Service', () => {
  expect(suspectsOf(findings, shop).map(({ code }) => code)).toEqual(['AFF-NGX-REGEX-COOKIE-PATH'])
})

test('where nothing was named, what stands in front is', () => {
  expect(suspectsOf(findings, undefined).map(({ code }) => code)).toEqual([
    'AFF-NGX-REGEX-COOKIE-PATH',
    'AFF-NGX-DEAD-ANNOTATION',
  ])
})
