import { spawnSync } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { userEnvironment } from './support/command.ts'
import { service } from './support/manifests.ts'
import { usePlayground } from './support/namespace.ts'
import { describeOnce } from './support/scenario.ts'
import { site } from './support/site.ts'

describeOnce('completion by kubectl itself', () => {
  const place = usePlayground()

  /** What the shell would be offered for a line, the last word being typed; also what would show up on the screen. */
  function tab(...words: string[]): { offered: string[]; directive: string; ms: number } {
    const begun = performance.now()
    const { stdout, stderr, status } = spawnSync('kubectl', ['__complete', 'affinity', ...words], {
      env: userEnvironment(site),
      encoding: 'utf8',
    })
    const ms = performance.now() - begun
    expect(status).toBe(0)
    // kubectl writes these three, and cobra the last line; its shell scripts drop them.
    expect(stderr.replaceAll(/^(\[Debug\]|Completion ended with directive:).*\n/gm, '')).toBe('')
    const lines = stdout.trimEnd().split('\n')
    return {
      offered: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''),
      directive: lines.at(-1) ?? '',
      ms,
    }
  }

  beforeAll(async () => {
    await place.apply(service('web'), service('web-2', { of: 'web', affinity: 30 }), service('shop'))
  })

  test('commands, flags and their values', () => {
    expect(tab('e').offered).toStrictEqual(['explain', 'enable'])
    expect(tab('probe', '--exp').offered).toStrictEqual(['--expect'])
    expect(tab('probe', '--expect', '').offered).toStrictEqual(['sticky', 'spread'])
    expect(tab('probe', '-o', 'y').offered).toStrictEqual(['yaml'])
  })

  test('names of Services, in the namespace that was typed before', () => {
    expect(tab('probe', '-n', place.name, '')).toMatchObject({
      offered: ['shop', 'web', 'web-2'],
      directive: ':4',
    })
    expect(tab('-n', place.name, 'explain', 'svc/w').offered).toStrictEqual(['svc/web', 'svc/web-2'])
    expect(tab('enable', 'svc', 'web', '-n', place.name, '').offered).toStrictEqual(['shop', 'web-2'])
    expect(tab('probe', 'web', '-n', place.name, '--port', '').offered).not.toStrictEqual([])
  })

  test('namespaces, contexts and nodes', () => {
    expect(tab('probe', '-n', place.name.slice(0, -2)).offered).toContain(place.name)
    expect(tab('probe', '--namespace=kube-s').offered).toStrictEqual(['kube-system'])
    expect(tab('--context', '').offered).toEqual(expect.arrayContaining([...site.restrictedUsers]))
    expect(tab('probe', '--node', '').offered).toStrictEqual(site.nodes)
  })

  test('nothing, and no word about it, where nothing can be had', () => {
    const nothing = { offered: [], directive: ':4' }
    expect(tab('probe', '--context', 'no-such-context', '')).toMatchObject(nothing)
    expect(tab('probe', '--server', 'http://127.0.0.1:1', '')).toMatchObject(nothing)
    expect(tab('probe', '--context', site.restrictedUsers[0] ?? '', '')).toMatchObject(nothing)
    expect(tab('no-such-command', '')).toMatchObject(nothing)
    expect(tab('probe', '--kubeconfig', '')).toMatchObject({ offered: [], directive: ':0' })
  })

  test('within 150 ms, kubectl’s own time included', () => {
    const times = Array.from({ length: 9 }, () => tab('probe', '-n', place.name, 'w').ms)
    // The best of them: the machine that the lab is on is busy with the lab.
    expect(Math.min(...times)).toBeLessThan(150)
  })
})
