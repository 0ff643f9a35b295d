import { expect, test } from 'vitest'
import { suspectsOf } from '../../../../../src/probe/front/ways/suspects.ts'
import type { Finding } from '../../../../../src/model/findings/finding.ts'

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
  expect(suspectsOf({ findings, paths: [] }, shop).map(({ code }) => code)).toEqual([
    'AFF-NGX-REGEX-COOKIE-PATH',
  ])
})

test('where nothing was named, what stands in front is', () => {
  expect(suspectsOf({ findings, paths: [] }, undefined).map(({ code }) => code)).toEqual([
    'AFF-NGX-REGEX-COOKIE-PATH',
    'AFF-NGX-DEAD-ANNOTATION',
  ])
})

test('what configures a way through what was named is suspected, too', () => {
  const hop = {
    kind: 'ingress' as const,
    mechanism: 'Traefik',
    configuredBy: [other],
    policy: { kind: 'none' as const },
    role: 'decides' as const,
    arrival: 'pods' as const,
  }
  const entry = { kind: 'host' as const, from: 'outside' as const, address: 'shop.lab', of: shop }
  const paths = [{ entry, hops: [hop], end: 'pods' as const }]
  expect(suspectsOf({ findings, paths }, shop).map(({ code }) => code)).toContain('AFF-NGX-DEAD-ANNOTATION')
})
