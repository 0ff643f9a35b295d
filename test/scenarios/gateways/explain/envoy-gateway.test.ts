import { expect } from 'vitest'
import { compare } from '../../../gateways/envoy-gateway/compare.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

describeOnce('what explain says of Envoy Gateway', () => {
  // All of them: `node test/gateways/main.ts envoy-gateway 1000`.
  scenario('is what its Envoys are told to do', [gateway('envoy-gateway'), 'real gateways'], async () => {
    const all = await compare(site, { about: 16 })
    expect(all.length).toBeGreaterThan(12)
    expect(all.filter(({ claim, effective }) => claim !== effective)).toStrictEqual([])
  })
})
