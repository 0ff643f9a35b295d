import { expect, test } from 'vitest'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import { narrow } from '../../../../../src/probe/front/rounds/narrow.ts'
import type { ProbeOptions } from '../../../../../src/probe/plan/options.ts'
import { seeded } from '../../../judge/simulate.ts'
import { gateways, probed } from '../../count/users/gateways.ts'

const suspects = [{ code: 'AFF-NGX-SERVICE-UPSTREAM', message: 'the cookie keeps nobody' }]
const control = { interrupted: new AbortController().signal, abort: new AbortController().signal }

test.each([
  ['something else than the cookie holds users', gateways.byAddress, { checked: [], suspects }],
  ['the cookie holds them', gateways.record, undefined],
] as const)('what explain finds wrong is told where %s, and nobody is asked', async (_, gateway, found) => {
  const survey = await probed(gateway(seeded(1)))
  const options = { front: { places: [], suspects } } as unknown as ProbeOptions
  const round = {
    cluster: {} as Cluster,
    options,
    survey,
    control: control as never,
    onStage: () => undefined,
  }
  expect(await narrow(round)).toEqual(found)
})
