import { expect, test } from 'vitest'
import { type BreakEvidence, breakOf } from '../../../../src/judge/users/breaks.ts'
import type { Cause } from '../../../../src/model/probe/cookies/cause.ts'
import type { CheckedStage } from '../../../../src/model/probe/breaks.ts'

const ignored: Cause = { kind: 'ignored', cookies: ['route'], anew: false }
const deleted: Cause = { ...ignored, deleted: 9 }
const anew: Cause = { ...ignored, anew: true }

/** Changes of the pod through the gateway, at the Service, at the pods. */
const checked = (...changed: number[]): CheckedStage[] =>
  (['gateway', 'service', 'pods'] as const)
    .slice(0, changed.length)
    .map((stage, index) => ({ stage, picks: 30, changed: changed[index] ?? 0 }))

const replicas = (changed: number): CheckedStage => ({ stage: 'replicas', picks: 90, changed })

const named = { answers: 174, disagreed: 0 }
const other = { answers: 174, disagreed: 110 }
const nobody = { answers: 0, disagreed: 0 }

test.each<[what: string, evidence: Partial<BreakEvidence>, at: string | undefined]>([
  ['never sent back', { cause: { kind: 'never-sent', cookie: 'route', why: 'path' } }, 'browser'],
  ['no cookie came', { cause: { kind: 'no-cookie', others: [] } }, 'gateway'],
  ['a pod answers for others', { checked: checked(20, 20, 3), named: other }, 'pods'],
  ['one of several Services is drawn first', { isDrawn: true, named: other }, 'gateway'],
  ['nothing is configured in front', { isConfigured: false, cause: anew }, 'gateway'],
  ['another pod than the cookie names, behind a Service that picks', { named: other }, 'service'],
  ['the same, behind a Service that keeps', { named: other, checked: checked(20, 0, 0) }, undefined],
  ['the pod that the cookie names, which changes', { named, cause: anew }, 'gateway'],
  ['the same once or twice', { named }, 'gateway'],
  ['the same, while endpoints came or went', { named, endpointsChanged: true }, undefined],
  [
    'replicas that each keep their users',
    { cause: anew, checked: [...checked(20), replicas(0)] },
    'replicas',
  ],
  ['replicas of which one moves them', { cause: anew, checked: [...checked(20), replicas(9)] }, 'gateway'],
  ['a cookie that names nobody and is set anew', { cause: anew }, 'gateway'],
  ['a cookie that names nobody and stays', {}, undefined],
  ['one that answers delete, nobody knows whose', { cause: deleted, named }, undefined],
])('%s', (_, evidence, at) => {
  const known = { cause: ignored, isConfigured: true, named: nobody, checked: checked(20, 20, 0) }
  expect(breakOf({ ...known, ...evidence })).toBe(at)
})
