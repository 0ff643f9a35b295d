import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { KubeconfigUser } from '../../../src/cluster/kubeconfig/types.ts'
import { tokenFileCredentials } from '../../../src/cluster/credentials/choose.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { connectTo, environment } from './support/kubeconfig.ts'
import { makeAuthority } from './support/pki.ts'
import { fail, json, startServer } from './support/server.ts'

let authority: ReturnType<typeof makeAuthority>
beforeAll(() => {
  authority = makeAuthority('test authority')
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')

interface Seen {
  authorization?: string
}

interface Demands {
  /** The values of Authorization that the server accepts; all if there are none. */
  accepted?: string[]
  /** Refuses connections without a certificate of the test's authority. */
  certificate?: boolean
}

/** An https server that tells who asks. */
async function secureServer({ accepted, certificate = false }: Demands = {}) {
  const identity = authority.issue({
    commonName: 'server',
    ipAddresses: ['127.0.0.1'],
    dnsNames: ['api.test'],
  })
  const server = await startServer(
    (request, response) => {
      const { authorization = '' } = request.headers
      if (accepted?.includes(authorization) === false) fail(response, 401, 'Unauthorized', 'Unauthorized')
      else json(response, { authorization })
    },
    { ...identity, ca: authority.cert, requestCert: certificate, rejectUnauthorized: certificate },
  )
  onTestFinished(() => server.close())
  return server
}

async function asked(user: KubeconfigUser, demands: Demands = {}, flags = {}, recorded = environment()) {
  const server = await secureServer(demands)
  const trusting = { server: server.url, 'certificate-authority-data': base64(authority.cert) }
  const cluster = await connectTo(trusting, user, flags, recorded)
  return { server, cluster, seen: await cluster.get<Seen>('/x') }
}

describe('constant credentials', () => {
  it('says that an authority is no certificate', async () => {
    const odd = { server: 'https://127.0.0.1:1', 'certificate-authority-data': base64('hello') }
    await expect(connectTo(odd, {})).rejects.toThrow(
      /^error: unable to load root certificates: unable to parse bytes as PEM block$/,
    )
  })

  it('sends a token', async () => {
    expect((await asked({ token: 'abc' })).seen.authorization).toBe('Bearer abc')
    expect((await asked({ token: 'abc' }, undefined, { token: 'flag' })).seen.authorization).toBe(
      'Bearer flag',
    )
  })

  it('sends a user name and password', async () => {
    expect((await asked({ username: 'u', password: 'p' })).seen.authorization).toBe(`Basic ${base64('u:p')}`)
  })

  it('shows a client certificate, from data or files', async () => {
    const { cert, key } = authority.issue({ commonName: 'jane' })
    const demands = { certificate: true }
    await expect(asked({}, demands)).rejects.toThrow('Unable to connect to the server')
    await asked({ 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }, demands)
    const directory = temporaryFolder()
    writeFileSync(join(directory, 'cert'), cert)
    writeFileSync(join(directory, 'key'), key)
    await asked({}, demands, {
      clientCertificate: join(directory, 'cert'),
      clientKey: join(directory, 'key'),
    })
  })

  it('refuses what cannot be a token', async () => {
    await expect(asked({ token: 'two words' })).rejects.toThrow('error: the token holds spaces')
  })

  it('masks tokens in the log', async () => {
    const recorded = environment({ verbosity: 8 })
    await asked({ token: 'secret' }, undefined, {}, recorded)
    expect(recorded.lines).toContain('    Authorization: Bearer <masked>')
    // The answer of this server repeats it; nothing else does.
    expect(
      recorded.lines.filter((line) => line.includes('secret') && !line.startsWith('Response Body')),
    ).toEqual([])
  })
})

describe('a token in a file', () => {
  it('comes before a token beside it, which serves while the file is missing', async () => {
    const file = join(temporaryFolder(), 'token')
    const credentials = tokenFileCredentials(file, 'fallback', {})
    expect(await credentials.current()).toEqual({ authorization: 'Bearer fallback' })
    writeFileSync(file, 'fresh\n')
    expect(await credentials.current()).toEqual({ authorization: 'Bearer fresh' })
  })

  it('is read again after a minute', async () => {
    const file = join(temporaryFolder(), 'token')
    let now = 0
    const credentials = tokenFileCredentials(file, undefined, {}, () => now)
    writeFileSync(file, 'one')
    await credentials.current()
    writeFileSync(file, 'two')
    now = 30_000
    expect(await credentials.current()).toEqual({ authorization: 'Bearer one' })
    now = 61_000
    expect(await credentials.current()).toEqual({ authorization: 'Bearer two' })
  })

  it('is read again at once when the server refuses it', async () => {
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, 'one')
    const { cluster } = await asked({ tokenFile: file })
    expect((await cluster.get<Seen>('/x')).authorization).toBe('Bearer one')
    const strict = await asked({ tokenFile: file }, { accepted: ['Bearer one', 'Bearer two'] })
    writeFileSync(file, 'two')
    expect((await strict.cluster.get<Seen>('/x')).authorization).toBe('Bearer one')
    const refusing = await secureServer({ accepted: ['Bearer three'] })
    const late = await connectTo(
      { server: refusing.url, 'insecure-skip-tls-verify': true },
      { tokenFile: file },
    )
    await expect(late.get('/x')).rejects.toThrow('error: You must be logged in to the server (Unauthorized)')
    expect(refusing.requests).toHaveLength(2)
    writeFileSync(file, 'three')
    expect((await late.get<Seen>('/x')).authorization).toBe('Bearer three')
  })

  it('is missed in kubectl’s words', async () => {
    await expect(asked({ tokenFile: '/none' })).rejects.toThrow(
      'error: open /none: no such file or directory',
    )
  })
})

describe('a credential plugin', () => {
  const V1 = 'client.authentication.k8s.io/v1'

  /** A plugin that notes what it was told and answers with a status. `N` in a token is the number of the run. */
  function plugin(status: unknown, changes: object = {}, code = 0) {
    const notes = join(temporaryFolder(), 'notes')
    writeFileSync(notes, '')
    const script = `
      const fs = require('node:fs')
      fs.appendFileSync(${JSON.stringify(notes)}, JSON.stringify({ info: process.env.KUBERNETES_EXEC_INFO, mine: process.env.MINE }) + '\\n')
      const run = fs.readFileSync(${JSON.stringify(notes)}, 'utf8').split('\\n').length - 1
      process.stdout.write(JSON.stringify({ kind: 'ExecCredential', apiVersion: '${V1}', status: ${JSON.stringify(status)} }).replace('RUN', String(run)))
      process.exit(${code})`
    const exec = {
      apiVersion: V1,
      command: process.execPath,
      args: ['-e', script],
      env: [{ name: 'MINE', value: 'set' }],
      interactiveMode: 'Never',
      ...changes,
    }
    const runs = () =>
      readFileSync(notes, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line): { info: string; mine: string } => JSON.parse(line))
    return { exec, runs }
  }

  it('runs once for several requests, with its environment', async () => {
    const { exec, runs } = plugin({ token: 'from-plugin' })
    const { cluster, seen } = await asked({ exec })
    expect(seen.authorization).toBe('Bearer from-plugin')
    await Promise.all([cluster.get('/x'), cluster.get('/y')])
    expect(runs()).toHaveLength(1)
    expect(runs()[0]?.mine).toBe('set')
    expect(JSON.parse(runs()[0]?.info ?? '')).toEqual({
      kind: 'ExecCredential',
      apiVersion: V1,
      spec: { interactive: false },
    })
  })

  it('is told about the cluster when it wants to know', async () => {
    const { exec, runs } = plugin({ token: 't' }, { provideClusterInfo: true })
    const server = await secureServer()
    const cluster = await connectTo(
      {
        server: server.url,
        'certificate-authority-data': base64(authority.cert),
        'tls-server-name': 'api.test',
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'me' } }],
      },
      { exec },
    )
    await cluster.get('/x')
    expect(JSON.parse(runs()[0]?.info ?? '')).toMatchObject({
      spec: {
        cluster: {
          server: server.url,
          'tls-server-name': 'api.test',
          'certificate-authority-data': base64(authority.cert),
          config: { audience: 'me' },
        },
      },
    })
  })

  it('runs again when its answer has expired', async () => {
    const { exec } = plugin({ token: 'RUN', expirationTimestamp: new Date(Date.now() - 1000).toISOString() })
    const { cluster, seen } = await asked({ exec })
    expect([seen.authorization, (await cluster.get<Seen>('/x')).authorization]).toEqual([
      'Bearer 1',
      'Bearer 2',
    ])
  })

  it('runs again, once, when the server refuses its answer', async () => {
    const { exec, runs } = plugin({ token: 'RUN' })
    expect((await asked({ exec }, { accepted: ['Bearer 2'] })).seen.authorization).toBe('Bearer 2')
    await expect(asked({ exec }, { accepted: ['Bearer never'] })).rejects.toThrow('You must be logged in')
    expect(runs()).toHaveLength(4)
  })

  it('may give a certificate', async () => {
    const { cert, key } = authority.issue({ commonName: 'plugin-user' })
    const { exec } = plugin({ clientCertificateData: cert, clientKeyData: key })
    await asked({ exec }, { certificate: true })
  })

  it('is not run when there is a token', async () => {
    const { exec, runs } = plugin({ token: 't' })
    expect((await asked({ exec }, undefined, { token: 'flag' })).seen.authorization).toBe('Bearer flag')
    expect(runs()).toEqual([])
  })

  it.each<[object, string]>([
    [{ command: '' }, 'error: command must be specified for me to use exec authentication plugin'],
    [
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      'error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"',
    ],
    [
      { interactiveMode: undefined },
      'error: interactiveMode must be specified for me to use exec authentication plugin',
    ],
    [
      { interactiveMode: 'Always' },
      'getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal',
    ],
    [
      { command: 'no-such-plugin' },
      'Unable to connect to the server: getting credentials: exec: executable no-such-plugin not found',
    ],
    [
      { apiVersion: 'client.authentication.k8s.io/v1beta1' },
      'exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, plugin returned version client.authentication.k8s.io/v1',
    ],
    [
      { args: ['-e', 'process.stdout.write("token: x")'] },
      'decoding stdout: the exec plugin did not print JSON',
    ],
    [{ args: ['-e', 'process.stdout.write("null")'] }, 'JSON that is no ExecCredential'],
    [
      {
        args: ['-e', 'process.stdout.write(`{"apiVersion":"client.authentication.k8s.io/v1","kind":"Pod"}`)'],
      },
      'JSON that is no ExecCredential',
    ],
    [{ args: ['-e', 'process.exit(3)'] }, 'failed with exit code 3'],
  ])('%j is refused', async (changes, message) => {
    await expect(asked({ exec: plugin({ token: 't' }, changes).exec })).rejects.toThrow(message)
  })

  it.each([
    [undefined, "exec plugin didn't return a status field"],
    [{}, "exec plugin didn't return a token or cert/key pair"],
    [null, "exec plugin didn't return a status field"],
    [{ token: 7 }, 'status.token is no text'],
    [{ token: 't', expirationTimestamp: 'soon' }, 'parsing time "soon"'],
    [{ clientKeyData: 'k' }, 'exec plugin returned only certificate or key, not both'],
  ])('must answer with credentials, not %j', async (status, message) => {
    await expect(asked({ exec: plugin(status).exec })).rejects.toThrow(message)
  })
})

describe('an auth-provider', () => {
  const tokenFor = (seconds: number): string =>
    ['{"alg":"none"}', JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds }), 'x']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.')

  it('gives its OpenID token', async () => {
    const token = tokenFor(600)
    const user = { 'auth-provider': { name: 'oidc', config: { 'id-token': token } } }
    expect((await asked(user)).seen.authorization).toBe(`Bearer ${token}`)
  }, 20_000)

  it('says when the token has expired', async () => {
    const user = { 'auth-provider': { name: 'oidc', config: { 'id-token': tokenFor(-600) } } }
    await expect(asked(user)).rejects.toThrow(
      'auth-provider "oidc": No valid id-token, and cannot refresh without refresh-token',
    )
  }, 20_000)
})
