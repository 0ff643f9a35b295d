import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')
const base = pathToFileURL(`${root}/`).href

/** Writes the address of every module that is loaded to file descriptor 3. */
const hooks = `
  import { registerHooks } from 'node:module'
  import { writeSync } from 'node:fs'
  registerHooks({ load(url, context, next) { writeSync(3, url + '\\n'); return next(url, context) } })`

/** Paths of the modules that a command loads, without Node's own; for packages their names. */
async function loadedBy(...args: string[]): Promise<{ sources: string[]; packages: string[] }> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(hooks)}`,
      join(root, 'bin', 'kubectl-affinity.ts'),
      ...args,
    ],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { ...process.env, KUBECONFIG: '/nonexistent/kubeconfig' },
    },
  )
  const [lines] = await Promise.all([text(child.stdio[3] as NodeJS.ReadableStream), once(child, 'close')])
  const paths = lines
    .split('\n')
    .filter((url) => url.startsWith(base))
    .map((url) => url.slice(base.length))
  const packages = paths.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
  return {
    sources: paths.filter((path) => !path.startsWith('node_modules/')).toSorted(),
    packages: [...new Set(packages.filter((name) => name !== undefined))],
  }
}

describe('nothing is loaded before it is needed', () => {
  test('--help, --version and wrong commands load a few files of our own and no package', async () => {
    const expected = await loadedBy('--help')
    expect(expected.packages).toStrictEqual([])
    expect(expected.sources).toMatchInlineSnapshot(`
      [
        "bin/kubectl-affinity.ts",
        "package.json",
        "src/cli/errors.ts",
        "src/cli/flags/argv.ts",
        "src/cli/flags/global-options.ts",
        "src/cli/help.ts",
        "src/cli/problem.ts",
        "src/cli/remedies.ts",
        "src/cli/terminal.ts",
        "src/cluster/answers/errors.ts",
        "src/commands/index.ts",
        "src/model/common/user-error.ts",
        "src/model/common/words/spelling.ts",
        "src/program.ts",
        "src/report/text/sanitize.ts",
      ]
    `)
    expect(await loadedBy('--version')).toStrictEqual(expected)
    expect(await loadedBy('no-such-command')).toStrictEqual(expected)
  })

  test.each(['explain', 'probe', 'enable', 'disable', 'cleanup', 'version', 'completion'])(
    'the help of %s loads what defines its flags',
    async (command) => {
      const { packages } = await loadedBy(command, '--help')
      for (const heavy of ['@kubernetes/client-node', 'yaml', 'ora', 'zod'])
        expect(packages).not.toContain(heavy)
    },
  )

  test('the sandbox is loaded by what runs one, and its help is not', async () => {
    const sandboxOf = async (...args: string[]): Promise<string[]> =>
      (await loadedBy(...args)).sources.filter((source) => source.startsWith('src/sandbox/'))
    const loaded = await Promise.all([
      sandboxOf('demo', '--help'),
      sandboxOf('sandbox', '--help'),
      sandboxOf('explain', 'web', '-s', 'https://127.0.0.1:1', '--token', 'x'),
    ])
    expect(loaded).toEqual([[], ['src/sandbox/choices.ts'], []])
  })

  test('whoever connects with a certificate or a token does not load client-node', async () => {
    const { packages, sources } = await loadedBy('version', '-s', 'http://127.0.0.1:1', '--token', 'x')
    expect(sources).toContain('src/cluster/client.ts')
    expect(packages).not.toContain('@kubernetes/client-node')
  })

  test('requests load the HTTP that they go by', async () => {
    const secure = await loadedBy('version', '-s', 'https://127.0.0.1:1', '--token', 'x')
    expect(secure.sources).toContain('src/cluster/transport/http/http2.ts')
    expect(secure.sources).not.toContain('src/cluster/transport/http/http1.ts')
    const plain = await loadedBy('version', '-s', 'http://127.0.0.1:1')
    expect(plain.sources).toContain('src/cluster/transport/http/http1.ts')
  })

  test('a change loads what judges it, and what waits for it, when it comes to that', async () => {
    const { sources } = await loadedBy('enable', 'web', '-s', 'https://127.0.0.1:1', '--token', 'x')
    expect(sources).toContain('src/change/run.ts')
    for (const later of ['src/analysis/analyse.ts', 'src/change/wait.ts'])
      expect(sources).not.toContain(later)
  })
})
