import { beforeAll, expect } from 'vitest'
import { type Asked, gatewayFollows, ingress, ingressPath, sets } from '../../support/gateways.ts'
import { httpPort } from '../../support/during.ts'
import { service, silent } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { records } from '../../support/records.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** ingress-nginx names the pod where it is told to, and else hashes a text to one. */
const nginx = (mode: 'persistent' | 'balanced') => ({
  target: 'ingress/shop',
  objects: (host: string): object[] => [
    service('shop', httpPort),
    ingress('shop', host, {
      className: 'nginx',
      paths: [ingressPath('/', 'shop')],
      annotations: {
        'nginx.ingress.kubernetes.io/affinity': 'cookie',
        'nginx.ingress.kubernetes.io/affinity-mode': mode,
        'nginx.ingress.kubernetes.io/session-cookie-name': 'route',
      },
    }),
  ],
})

for (const [name, way] of Object.entries({ ...records, 'ingress-nginx': nginx('persistent') } as const)) {
  describeOnce(`pods that say nothing, behind ${name}, whose cookie names them`, () => {
    const place = usePlayground()
    const at = name as keyof typeof records | 'ingress-nginx'
    const needs = [gateway(at)] as const
    const asked = (): Asked => ({ address: site.reachedAt(at), host: `shop.${place.name}.lab` })

    beforeAll(async () => {
      if (!needs.every((need) => site.capabilities.has(need))) return
      await place.deploy(silent(site, 'shop'), ...way.objects(asked().host))
      await gatewayFollows(asked(), sets('route'))
    })

    scenario('are recognised by it', needs, async () => {
      const ended = await place.probe([way.target, '-o', 'json'])
      expectExit(ended, 0)
      const { recognition, users, backends, notes } = surveyOf(ended).status
      expect(recognition).toMatchObject({ by: 'cookie', unrecognised: 0 })
      expect(users).toMatchObject([
        { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: ['route'] } },
      ])
      expect(backends.map(({ kind }) => kind)).toEqual(['pod', 'pod', 'pod'])
      expect(notes.join('\n')).toMatch(/names the pod that the gateway sends to/)
    })
  })
}

describeOnce('pods that say nothing, behind a cookie that names nobody', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const asked = (): Asked => ({ address: site.reachedAt('ingress-nginx'), host: `shop.${place.name}.lab` })

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(silent(site, 'shop'), ...nginx('balanced').objects(asked().host))
    await gatewayFollows(asked(), sets('route'))
  })

  scenario('are told apart by nothing', needs, async () => {
    const ended = await place.probe(['ingress/shop', '-o', 'json'])
    expectExit(ended, 4)
    expect(surveyOf(ended).status.recognition).toMatchObject({ by: 'anonymous' })
  })
})
