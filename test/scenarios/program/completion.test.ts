import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, test } from 'vitest'
import { userEnvironment } from '../support/command.ts'
import { service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('completion by kubectl itself', () => {
  const place = usePlayground()

  /** What the shell would be offered for a line, the last word being typed; also what would show up on the screen. */
  async function tab(...words: string[]): Promise<{ offered: string[]; directive: string }> {
    // Not spawnSync: the sandbox answers from this process.
    const child = spawn('kubectl', ['__complete', 'affinity', ...words], {
      env: userEnvironment(site),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    expect(status).toBe(0)
    // kubectl writes these three, and cobra the last line; its shell scripts drop them.
    expect(stderr.replaceAll(/^(\[Debug\]|Completion ended with directive:).*\n/gm, '')).toBe('')
    const lines = stdout.trimEnd().split('\n')
    return {
      offered: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''),
      directive: lines.at(-1) ?? '',
    }
  }

  beforeAll(async () => {
    await place.apply(service('web'), service('web-2', { of: 'web', affinity: 30 }), service('shop'))
  })

  test('commands, flags and their values', async () => {
    expect((await tab('en')).offered).toStrictEqual(['enable'])
    expect((await tab('probe', '--exp')).offered).toStrictEqual(['--expect'])
    expect((await tab('probe', '--expect', '')).offered).toStrictEqual(['sticky', 'spread'])
    expect((await tab('probe', '-o', 'y')).offered).toStrictEqual(['yaml'])
  })

  test('names of Services, in the namespace that was typed before', async () => {
    expect(await tab('probe', '-n', place.name, '')).toMatchObject({
      offered: ['shop', 'web', 'web-2'],
      directive: ':4',
    })
    expect((await tab('-n', place.name, 'explain', 'svc/w')).offered).toStrictEqual(['svc/web', 'svc/web-2'])
    expect((await tab('enable', 'svc', 'web', '-n', place.name, '')).offered).toStrictEqual(['shop', 'web-2'])
    expect((await tab('probe', 'web', '-n', place.name, '--port', '')).offered).not.toStrictEqual([])
  })

  test('namespaces, contexts and nodes', async () => {
    expect((await tab('probe', '-n', place.name.slice(0, -2))).offered).toContain(place.name)
    expect((await tab('probe', '--namespace=kube-s')).offered).toStrictEqual(['kube-system'])
    expect((await tab('--context', '')).offered).toEqual(expect.arrayContaining([...site.restrictedUsers]))
    expect((await tab('probe', '--node', '')).offered).toStrictEqual(site.nodes)
  })

  test('nothing, and no word about it, where nothing can be had', async () => {
    const nothing = { offered: [], directive: ':4' }
    expect(await tab('probe', '--context', 'no-such-context', '')).toMatchObject(nothing)
    expect(await tab('probe', '--server', 'http://127.0.0.1:1', '')).toMatchObject(nothing)
    expect(await tab('probe', '--context', site.restrictedUsers[0] ?? '', '')).toMatchObject(nothing)
    expect(await tab('no-such-command', '')).toMatchObject(nothing)
    expect(await tab('probe', '--kubeconfig', '')).toMatchObject({ offered: [], directive: ':0' })
  })
})
