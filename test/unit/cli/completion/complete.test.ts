import { describe, expect, test } from 'vitest'
import { printed } from '../../../../src/cli/completion/candidate.ts'
import { complete } from '../../../../src/cli/completion/complete.ts'
import { ingressKind } from '../../../../src/mechanisms/ingress/index.ts'
import type { TypedLine } from '../../../../src/cli/completion/line.ts'

const commands = [
  {
    name: 'probe',
    summary: 'Send requests',
    takesServices: true,
    flags: () =>
      Promise.resolve({
        expect: { type: 'option', options: ['sticky', 'spread'] },
        output: { type: 'option', char: 'o', description: 'Output format. One of: (json, yaml).' },
        ca: { type: 'option', description: 'A file' },
        image: { type: 'option' },
        via: { type: 'option', description: 'Where. One or more of: (dns, all), with commas.' },
        secret: { type: 'boolean', hidden: true },
      } as const),
  },
  {
    name: 'explain',
    summary: 'Explain it',
    takesServices: true,
    kinds: () => Promise.resolve([ingressKind]),
    otherWords: () => Promise.resolve(['AFF-A', 'AFF-B']),
    flags: () => Promise.resolve({}),
  },
  {
    name: 'external',
    summary: 'Lead out',
    takesServices: true,
    subcommands: [
      {
        name: 'delete',
        summary: 'Delete it',
        takesServices: true,
        serviceSelector: () => Promise.resolve('outside'),
        flags: () => Promise.resolve({}),
      },
      {
        name: 'list',
        summary: 'List it',
        flags: () => Promise.resolve({ all: { type: 'boolean' } } as const),
      },
    ],
    serviceSelector: () => Promise.resolve('outside'),
    flags: () => Promise.resolve({ 'from-kubeconfig': { type: 'option' } } as const),
  },
  { name: 'version', summary: 'Print it', flags: () => Promise.resolve({}) },
]

const names = (line: TypedLine) => ({
  targets: ({ name }: { name: string }) =>
    Promise.resolve(['front', 'back'].map((word) => ({ word, description: name }))),
  ofFlag: (flag: string) =>
    Promise.resolve(flag === 'namespace' ? [{ word: 'shop' }, { word: 'kube-system' }] : []),
  services: (selector?: string) =>
    Promise.resolve(
      (selector === undefined ? ['web', 'web-2', 'svelte'] : [`of-${selector}`]).map((word) => ({
        word,
        description: line.values['namespace'],
      })),
    ),
})

async function words(line: string): Promise<string[]> {
  const { candidates, directive } = await complete(line.split(' '), commands, names)
  return [...candidates.map(({ word }) => word), `:${directive}`]
}

describe('complete', () => {
  const lines: [string, string[]][] = [
    ['', ['probe', 'explain', 'external', 'version', ':36']],
    ['p', ['probe', ':36']],
    ['-n shop v', ['version', ':36']],
    ['help e', ['explain', 'external', ':36']],
    ['help explain ', [':4']],
    ['no-such-command ', [':4']],
    ['-n ', ['shop', 'kube-system', ':4']],
    ['-n k', ['kube-system', ':4']],
    ['probe --namespace=s', ['shop', ':4']],
    ['probe ', ['web', 'web-2', 'svelte', ':4']],
    ['probe we', ['web', 'web-2', ':4']],
    ['probe sv', ['svelte', 'svc/web', 'svc/web-2', 'svc/svelte', ':4']],
    ['probe svc/', ['svc/web', 'svc/web-2', 'svc/svelte', ':4']],
    ['probe service/s', ['service/svelte', ':4']],
    ['probe svc w', ['web', 'web-2', ':4']],
    ['probe svc/web ', ['web-2', 'svelte', ':4']],
    ['probe -- -', [':4']],
    ['probe ing/', [':4']],
    ['version ', [':4']],
    ['explain AFF-', ['AFF-A', 'AFF-B', ':4']],
    ['explain ', ['web', 'web-2', 'svelte', ':4']],
    ['explain ing', ['ingress/front', 'ingress/back', ':4']],
    ['explain ing/', ['ing/front', 'ing/back', ':4']],
    ['explain ing/f', ['ing/front', ':4']],
    ['explain ingress/front ing/', ['ing/front', 'ing/back', ':4']],
    ['explain ing ', ['front', 'back', ':4']],
    ['explain ingresses front ', ['back', ':4']],
    ['explain s', ['svelte', 'svc/web', 'svc/web-2', 'svc/svelte', ':4']],
    ['explain httproute/', [':4']],
    ['probe --expect ', ['sticky', 'spread', ':4']],
    ['probe --expect=st', ['sticky', ':4']],
    ['probe -o ', ['json', 'yaml', ':4']],
    ['probe -oy', [':4']],
    ['probe --ca ', [':0']],
    ['external ', ['delete', 'list', 'of-outside', ':4']],
    ['external l', ['list', ':4']],
    ['external delete ', ['of-outside', ':4']],
    ['external -n shop delete ', ['of-outside', ':4']],
    ['external list ', [':4']],
    ['external list --a', ['--all', '--as', '--as-group', '--as-uid', '--as-user-extra', ':4']],
    ['external x --from-kubeconfig ', [':0']],
    ['probe --kubeconfig=', [':0']],
    ['probe --image ', [':4']],
    ['probe --via ', ['dns', 'all', ':4']],
    ['probe --insecure-skip-tls-verify=', ['true', 'false', ':4']],
    ['probe --exp', ['--expect', ':4']],
    ['probe --expect sticky --e', [':4']],
    ['probe --secr', [':4']],
    ['--names', ['--namespace', ':4']],
    ['probe --hel', ['--help', ':4']],
  ]
  for (const [line, expected] of lines)
    test(`"${line}"`, async () => expect(await words(line)).toStrictEqual(expected))

  test('offers each flag once, in both forms, hidden ones never', async () => {
    const offered = await words('probe -')
    expect(offered).toContain('-o')
    expect(offered).toContain('--output')
    expect(offered).not.toContain('--secret')
    expect(new Set(offered).size).toBe(offered.length)
  })

  test('reads what was typed before for the names', async () => {
    const { candidates } = await complete(['-n', 'shop', 'probe', ''], commands, names)
    expect(candidates[0]?.description).toBe('shop')
  })
})

test('printed keeps one line for each candidate', () => {
  const candidates = [
    { word: 'a', description: 'first\nsecond' },
    { word: 'b' },
    { word: 'two\nlines' },
    { word: 'es\u001Bcape' },
  ]
  expect(printed({ candidates, directive: 4 })).toBe('a\tfirst\nb\n:4\n')
})
