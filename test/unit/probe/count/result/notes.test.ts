import { expect, it } from 'vitest'
import { standInNotes } from '../../../../../src/probe/count/result/notes.ts'
import { hereIndex } from '../../../../../src/probe/run/clients/here-index.ts'

const pod = { index: 0 }
const here = { index: hereIndex }
const balancer = { kind: 'load-balancer' } as const

it('says that no pod gets to a load balancer whose address its own node serves', () => {
  expect(standInNotes([{ kind: 'cluster-ip' }, balancer], [pod])).toEqual([
    expect.stringMatching(/served by their own node .* was not asked, as only/),
  ])
  expect(standInNotes([balancer], [pod, here])).toEqual([])
  expect(standInNotes([{ ...balancer, proxied: true }, { kind: 'external-ip' }], [pod])).toEqual([])
})
