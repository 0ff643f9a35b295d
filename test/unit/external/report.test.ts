import { join } from 'node:path'
import { expect, it } from 'vitest'
import { contextLines } from '../../../src/report/external/contexts.ts'
import { renderList } from '../../../src/report/external/list.ts'
import { type ExternalOutcome, renderExternal } from '../../../src/report/external/text.ts'
import { createStyle } from '../../../src/report/terminal.ts'

const style = createStyle({ isTTY: false, env: {} })
const folder = join(import.meta.dirname, '../../golden/external')

const outcome: ExternalOutcome = {
  name: 'backend',
  kind: 'configured',
  clusterIPs: ['10.96.12.3', 'fd00:96::3'],
  ports: ['9000 → 80'],
  affinity: 'None → ClientIP 3h0m0s',
  added: [
    { text: '192.0.2.7:80', origin: 'svc/backend1-lb' },
    { text: '[2001:db8::8]:80', origin: 'svc/backend2-lb (lb.example)' },
  ],
  removed: [{ text: '192.0.2.9:80' }],
  kept: Array.from({ length: 14 }, (_, n) => ({ text: `198.51.100.${n}:80` })),
  replaced: ['endpoints/backend'],
  notes: ['port 9000 of the Service leads to port 80: without a selector the port of the endpoint counts'],
}

it('what was written looks as in its golden file', async () => {
  const texts = (['none', 'server', 'client'] as const).map((dryRun) =>
    renderExternal(outcome, { style, dryRun }),
  )
  await expect(texts.join('\n')).toMatchFileSnapshot(join(folder, 'configured.txt'))
})

it('the list looks as in its golden file', async () => {
  const services = [
    {
      namespace: 'shop',
      name: 'backend',
      ports: '80:http,443:https',
      affinity: 'ClientIP 3h0m0s',
      addresses: [{ text: '192.0.2.7:80,443', origin: 'svc/backend1-lb' }, { text: '[2001:db8::8]:80,443' }],
      from: 'cluster-a: svc/backend1-lb',
      ageMs: 7_300_000,
    },
    {
      namespace: 'shop',
      name: 'empty',
      ports: '53:dns/UDP',
      affinity: 'None',
      addresses: [],
      from: '--to',
      ageMs: 90_000,
    },
  ]
  const texts = [false, true].flatMap((wide) =>
    [false, true].map((showNamespace) =>
      renderList(services, { style, showNamespace, wide, noHeaders: false }),
    ),
  )
  await expect(texts.join('\n')).toMatchFileSnapshot(join(folder, 'list.txt'))
  const options = { style, showNamespace: false, wide: false }
  expect(renderList(services, { ...options, noHeaders: false })).toMatch(/^NAME /)
  expect(renderList(services, { ...options, noHeaders: true })).not.toContain('NAME')
})

it('control characters of a cluster do not reach the terminal', () => {
  const evil = '\u001b[2Jx'
  const text =
    renderExternal(
      { ...outcome, name: evil, added: [{ text: evil, origin: evil }], replaced: [evil], notes: [evil] },
      { style, dryRun: 'none' },
    ) +
    contextLines(
      { contextName: evil, server: evil, namespace: evil },
      { contextName: undefined, server: 'https://a', namespace: 'b' },
    )
  expect(text).not.toContain('\u001b')
})
