import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connect, type ConnectionFlags, KubeconfigError } from '../../../src/cluster/index.ts'
import { mergeKubeconfigs } from '../../../src/cluster/kubeconfig/load.ts'
import { resolveConnection } from '../../../src/cluster/kubeconfig/resolve.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { environment } from './support/kubeconfig.ts'

/** Writes files into a new directory and resolves with KUBECONFIG naming those of `list`. */
function workspace(files: Record<string, string>) {
  const directory = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  const path = (name: string): string => join(directory, name)
  return {
    path,
    resolve: (list: string[], flags: ConnectionFlags = {}, env: Record<string, string> = {}) =>
      resolveConnection(
        flags,
        {
          env: {
            ...(list.length > 0
              ? { KUBECONFIG: list.map((name) => (name ? path(name) : '')).join(delimiter) }
              : {}),
            ...env,
          },
          homedir: path('home'),
        },
        path('serviceaccount'),
      ),
  }
}

const TWO_CLUSTERS = `
current-context: one
clusters:
- {name: first, cluster: {server: "https://first:6443", tls-server-name: inner, certificate-authority-data: Y2E=}}
- {name: second, cluster: {server: "https://second:6443/k8s/clusters/c-1/"}}
users:
- {name: alice, user: {token: a}}
- {name: bob, user: {client-certificate-data: Y2VydA==, client-key-data: a2V5}}
contexts:
- {name: one, context: {cluster: first, user: alice, namespace: shop}}
- {name: two, context: {cluster: second, user: bob}}
`

describe('which files', () => {
  it('takes the file of --kubeconfig alone', async () => {
    const { path, resolve } = workspace({ a: TWO_CLUSTERS, b: 'current-context: other' })
    expect((await resolve(['b'], { kubeconfig: path('a') })).server.href).toBe('https://first:6443/')
  })

  it('refuses a --kubeconfig that is missing, in kubectl’s words', async () => {
    const { path, resolve } = workspace({})
    await expect(resolve([], { kubeconfig: path('none') })).rejects.toThrow(
      `error: stat ${path('none')}: no such file or directory`,
    )
  })

  it('says what is no file, in kubectl’s words', async () => {
    const { path, resolve } = workspace({ 'folder/config': '' })
    symlinkSync(path('loop'), path('loop'))
    const refused = (name: string, problem: string): Promise<void> =>
      expect(resolve([name])).rejects.toThrow(`error: error loading config file "${path(name)}": ${problem}`)
    await refused('folder', `read ${path('folder')}: is a directory`)
    await refused('loop', `open ${path('loop')}: too many levels of symbolic links`)
  })

  it('ignores missing files and empty places in KUBECONFIG', async () => {
    const { resolve } = workspace({ a: TWO_CLUSTERS })
    expect((await resolve(['none', '', 'a'])).contextName).toBe('one')
  })

  it('falls back to ~/.kube/config', async () => {
    const { resolve } = workspace({ 'home/.kube/config': TWO_CLUSTERS })
    expect((await resolve([])).contextName).toBe('one')
  })

  it('treats an empty file as an empty kubeconfig', async () => {
    const { resolve } = workspace({ a: '' })
    expect((await resolve(['a'])).server.href).toBe('http://localhost:8080/')
  })

  it('falls back to localhost:8080 without any kubeconfig', async () => {
    const { resolve } = workspace({})
    expect(await resolve([])).toMatchObject({ guessed: true, namespace: 'default', contextName: undefined })
    expect((await resolve([], {}, { KUBERNETES_MASTER: 'http://master:1' })).server.href).toBe(
      'http://master:1/',
    )
  })

  it('says that nothing answers at the default address as kubectl does', async () => {
    const cluster = await connect({ server: 'http://localhost:1' }, environment())
    await expect(cluster.get('/version')).rejects.toThrow(
      'The connection to the server localhost:1 was refused - did you specify the right host or port?',
    )
  })
})

describe('merging', () => {
  it('takes the first of equal names whole, and the first current-context that is not empty', async () => {
    const { resolve } = workspace({
      a: 'clusters: [{name: k, cluster: {server: "https://one"}}]',
      b: 'current-context: c\nclusters: [{name: k, cluster: {server: "https://two", tls-server-name: t}}]\ncontexts: [{name: c, context: {cluster: k}}]',
      c: 'current-context: d',
    })
    const { server, serverName, contextName } = await resolve(['a', 'b', 'c'])
    expect({ server: server.href, serverName, contextName }).toEqual({
      server: 'https://one/',
      serverName: undefined,
      contextName: 'c',
    })
  })

  it('resolves relative paths against the file that they stand in', async () => {
    const { resolve } = workspace({
      'sub/config':
        'current-context: c\nclusters: [{name: k, cluster: {server: "https://one", certificate-authority: pki/ca.pem}}]\ncontexts: [{name: c, context: {cluster: k}}]',
      'sub/pki/ca.pem': 'the authority',
    })
    expect((await resolve(['sub/config'])).ca).toBe('the authority')
  })

  it('leaves a bare command to PATH and resolves one with a directory', () => {
    const { users } = mergeKubeconfigs([
      {
        path: '/x/config',
        content: {
          users: [
            { name: 'bare', user: { exec: { command: 'aws' } } },
            { name: 'file', user: { exec: { command: './get-token' } } },
          ],
        },
      },
    ])
    expect(users.get('bare')?.exec?.command).toBe('aws')
    expect(users.get('file')?.exec?.command).toBe('/x/get-token')
  })

  it('refuses a name that one file has twice', () => {
    const content = { users: [{ name: 'u' }, { name: 'u' }] }
    expect(() => mergeKubeconfigs([{ path: 'f', content }])).toThrow(
      'error: error loading config file "f": the name "u" is there twice',
    )
  })

  it('gives every name the entry of the first file that has it, whatever the files', () => {
    const files = fc.array(
      fc.record({
        'current-context': fc.constantFrom('', 'x', 'y'),
        clusters: fc.uniqueArray(
          fc.record({ name: fc.constantFrom('a', 'b', 'c'), cluster: fc.record({ server: fc.string() }) }),
          {
            selector: ({ name }) => name,
          },
        ),
      }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(files, (contents) => {
        const merged = mergeKubeconfigs(
          contents.map((content, index) => ({ path: `/${index}/config`, content })),
        )
        expect(merged.currentContext).toBe(
          contents.map((it) => it['current-context']).find((it) => it !== '') ?? '',
        )
        for (const name of ['a', 'b', 'c']) {
          const first = contents.flatMap(({ clusters }) => clusters).find((it) => it.name === name)
          expect(merged.clusters.get(name)).toEqual(first?.cluster)
        }
      }),
    )
  })
})

describe('malformed files', () => {
  it.each([
    ['clusters: [\n  a: b: c\n', /^error: error loading config file ".*bad": yaml: line 2: /],
    ['hello', /expected "clusters", "users" and "contexts", got plain text or a list$/],
    ['clusters: hello', /clusters must be a list$/],
    [
      'users: [{name: u, user: {token: 123}}]',
      /users\[0\]\.user\.token must be a string: write "123" in quotes$/,
    ],
    ['kind: Pod', /no kind "Pod" is registered for version "v1"$/],
    ['apiVersion: v7', /no kind "Config" is registered for version "v7"$/],
    [
      'clusters: [{name: k, cluster: {certificate-authority-data: "%%%"}}]',
      /illegal base64 data in clusters\[0\]\.cluster\.certificate-authority-data$/,
    ],
    ['users: [{name: u, user: {client-key-data: Y2E}}]', /illegal base64 data in users\[0\]/],
    ['contexts: [{name: true}]', /contexts\[0\]\.name must be a string: write "true" in quotes$/],
    ['preferences: &a { b: [*a] }', /yaml: the value of an anchor contains itself$/],
    ['clusters: [hello]', /clusters\[0\] must have a name and a cluster$/],
    ['users: [{name: u, user: hello}]', /users\[0\]\.user must be a map$/],
  ])('%j is refused with its place', async (text, message) => {
    const { resolve } = workspace({ bad: text })
    const error = await resolve(['bad']).catch((it: unknown) => it)
    expect(error).toBeInstanceOf(KubeconfigError)
    expect((error as KubeconfigError).message).toMatch(message)
    expect((error as KubeconfigError).hint).toMatch(/Correct the file/)
  })

  it('reads past unknown fields and missing sections', async () => {
    const { resolve } = workspace({ a: 'bogus: 1\nclusters:\nusers: null\nextensions: []' })
    expect((await resolve(['a'])).guessed).toBe(true)
  })
})

describe('choosing', () => {
  const resolve = (flags: ConnectionFlags) =>
    workspace({ a: TWO_CLUSTERS, 'ca.pem': 'flag ca' }).resolve(['a'], flags)

  it('follows --context, --cluster, --user and -n', async () => {
    const two = await resolve({ context: 'two', namespace: 'mine' })
    expect([two.server.href, two.userName, two.namespace]).toEqual([
      'https://second:6443/k8s/clusters/c-1/',
      'bob',
      'mine',
    ])
    const mixed = await resolve({ cluster: 'second', user: 'bob' })
    expect([mixed.server.hostname, mixed.userName, mixed.namespace]).toEqual(['second', 'bob', 'shop'])
  })

  it.each<[ConnectionFlags, string]>([
    [{ context: 'x' }, 'error: context "x" does not exist'],
    [{ cluster: 'x' }, 'error: cluster "x" does not exist'],
    [{ user: 'x' }, 'error: auth info "x" does not exist'],
    [
      { asGroups: ['g'] },
      'error: requesting uid, groups or user-extra for alice without impersonating a user',
    ],
    [
      { as: 'jane', asUserExtra: ['scope'] },
      'invalid argument "scope" for "--as-user-extra" flag: must be KEY=VALUE',
    ],
    [
      { clientCertificate: 'c.pem' },
      'error: client-key-data or client-key must be specified for alice to use the clientCert authentication method.',
    ],
    [
      { requestTimeout: '1x' },
      'error: Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    ],
    [{ server: 'ht!tp://x y' }, 'error: host must be a URL or a host:port pair: "ht!tp://x y"'],
    [
      { certificateAuthority: 'c.pem', insecureSkipTlsVerify: true },
      'error: specifying a root certificates file with the insecure flag is not allowed',
    ],
    [
      { certificateAuthority: '/none.pem' },
      'error: unable to read certificate-authority /none.pem due to open /none.pem: no such file or directory',
    ],
  ])('%j is refused as kubectl does', async (flags, message) => {
    await expect(resolve(flags)).rejects.toThrow(message)
  })

  it('refuses a user who has a token and a password', async () => {
    const text = `
clusters: [{name: k, cluster: {server: "https://k:6443"}}]
users: [{name: u, user: {token: t, username: u, password: p}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
current-context: c
`
    await expect(workspace({ a: text }).resolve(['a'])).rejects.toThrow(
      'error: more than one authentication method found for u; found [token basicAuth], only one is allowed',
    )
  })

  it('says which context names a cluster or user that is not there', async () => {
    const { resolve: resolveIn } = workspace({
      a: 'current-context: c\ncontexts: [{name: c, context: {cluster: gone, user: gone}}]',
      b: 'current-context: zz\nclusters: [{name: k}]',
      c: 'current-context: c\nclusters: [{name: k, cluster: {server: "https://k"}}]\ncontexts: [{name: c, context: {cluster: k, user: gone}}]',
    })
    await expect(resolveIn(['a'])).rejects.toThrow(
      'error: cluster "gone", which context "c" names, does not exist',
    )
    await expect(resolveIn(['b'])).rejects.toThrow(
      'Error in configuration: context was not found for specified context: zz',
    )
    await expect(resolveIn(['c'])).rejects.toThrow(
      'error: user "gone", which context "c" names, does not exist',
    )
    expect((await resolveIn(['c'], { token: 't' })).user.token).toBe('t')
  })

  it('lists the contexts there are', async () => {
    await expect(resolve({ context: 'x' })).rejects.toMatchObject({
      hint: 'The kubeconfig has these contexts: one, two.',
    })
  })

  it('lets the TLS flags replace what the file says', async () => {
    expect(await resolve({ insecureSkipTlsVerify: true })).toMatchObject({
      verify: false,
      ca: undefined,
      serverName: 'inner',
    })
    expect(await resolve({ server: 'https://other' })).toMatchObject({
      verify: true,
      ca: 'ca',
      serverName: undefined,
    })
    expect(await resolve({ tlsServerName: 'name' })).toMatchObject({ serverName: 'name' })
  })

  it('takes data before a file', async () => {
    const { resolve: resolveIn } = workspace({
      a: 'current-context: c\nclusters: [{name: k, cluster: {server: "https://k", certificate-authority: /none, certificate-authority-data: Y2E=}}]\ncontexts: [{name: c, context: {cluster: k}}]',
    })
    expect((await resolveIn(['a'])).ca).toBe('ca')
  })

  it.each([
    ['1.2.3.4:6443', 'http://1.2.3.4:6443/'],
    ['host', 'http://host/'],
    ['https://[::1]:6443', 'https://[::1]:6443/'],
    ['https://rancher/k8s/clusters/c-1?x=y#z', 'https://rancher/k8s/clusters/c-1'],
  ])('understands the server %s', async (server, href) => {
    expect((await resolve({ server })).server.href).toBe(href)
  })

  it.each([
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['5', 5000],
    ['0', undefined],
    ['', undefined],
  ])('reads --request-timeout %j', async (requestTimeout, timeoutMs) => {
    expect((await resolve({ requestTimeout })).timeoutMs).toBe(timeoutMs)
  })
})

describe('inside a cluster', () => {
  const files = {
    'serviceaccount/token': 'sa-token',
    'serviceaccount/ca.crt': 'sa-ca',
    'serviceaccount/namespace': 'pod-ns\n',
  }
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }

  it('uses the service account when no kubeconfig says otherwise', async () => {
    const { path, resolve } = workspace(files)
    expect(await resolve([], {}, env)).toMatchObject({
      namespace: 'pod-ns',
      ca: 'sa-ca',
      user: { tokenFile: path('serviceaccount/token') },
    })
    expect((await resolve([], {}, env)).server.href).toBe('https://[fd00::1]/')
    expect((await resolve([], { namespace: 'n', as: 'x' }, env)).namespace).toBe('n')
    expect((await resolve([], {}, { ...env, POD_NAMESPACE: 'p' })).namespace).toBe('p')
  })

  it('prefers a kubeconfig, and needs the token', async () => {
    const { resolve } = workspace({ ...files, a: TWO_CLUSTERS })
    expect((await resolve(['a'], {}, env)).contextName).toBe('one')
    const { resolve: elsewhere } = workspace({})
    expect((await elsewhere([], {}, env)).guessed).toBe(true)
  })
})
