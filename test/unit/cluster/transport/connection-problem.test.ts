import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { connectionError } from '../../../../src/cluster/transport/connection-problem.ts'
import { isRetryable } from '../../../../src/cluster/index.ts'
import type { KubeconfigCluster } from '../../../../src/cluster/kubeconfig/types.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { connectTo } from '../support/kubeconfig.ts'
import { type Authority, makeAuthority } from '../support/pki.ts'
import { json, listen, startServer } from '../support/server.ts'

let authority: Authority
beforeAll(() => {
  authority = makeAuthority('test authority')
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')

async function secure(
  changes: Parameters<Authority['issue']>[0] = { commonName: 'x', ipAddresses: ['127.0.0.1'] },
) {
  const server = await startServer((_, response) => json(response, 'ok'), authority.issue(changes))
  onTestFinished(() => server.close())
  return server.url
}

const ask = async (server: string, cluster: KubeconfigCluster = {}): Promise<unknown> =>
  (await connectTo({ server, ...cluster })).get('/x').catch((error: unknown) => error)

describe('certificates', () => {
  const trusting = () => ({ 'certificate-authority-data': base64(authority.cert) })

  it('are verified against the given authority', async () => {
    expect(await ask(await secure(), trusting())).toBe('ok')
  })

  it('are verified against the system’s authorities without one', async () => {
    const directory = temporaryFolder()
    const [server, file] = [await secure(), join(directory, 'system.pem')]
    writeFileSync(file, authority.cert)
    const script = `
      import { connect } from ${JSON.stringify(new URL('../../../../src/cluster/index.ts', import.meta.url).href)}
      const nothing = () => {}
      const environment = { env: {}, homedir: '', version: '1', warn: nothing, log: nothing, verbosity: 0, interactive: false }
      const cluster = await connect({ server: ${JSON.stringify(server)} }, environment)
      console.log(await cluster.get('/x'))
      cluster.close()`
    writeFileSync(join(directory, 'ask.mjs'), script)
    const { stdout } = await promisify(execFile)(process.execPath, [join(directory, 'ask.mjs')], {
      env: { ...process.env, SSL_CERT_FILE: file },
    })
    expect(stdout).toBe('ok\n')
  })

  it('of unknown authorities are refused', async () => {
    const error = await ask(await secure())
    expect(error).toMatchObject({
      problem: 'tls',
      message:
        'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      hint: expect.stringContaining('--certificate-authority'),
    })
    expect(isRetryable(error)).toBe(false)
  })

  it('for other names are refused, unless that name is expected', async () => {
    const url = await secure({ commonName: 'x', dnsNames: ['api.test'], ipAddresses: ['10.1.2.3'] })
    expect(await ask(url, trusting())).toMatchObject({
      message:
        'Unable to connect to the server: tls: failed to verify certificate: x509: certificate is valid for api.test, 10.1.2.3, not 127.0.0.1',
    })
    expect(await ask(url, { ...trusting(), 'tls-server-name': 'api.test' })).toBe('ok')
  })

  it('that have expired are refused', async () => {
    expect(
      await ask(await secure({ commonName: 'x', ipAddresses: ['127.0.0.1'], expired: true }), trusting()),
    ).toMatchObject({
      message: expect.stringContaining('x509: certificate has expired or is not yet valid'),
    })
  })

  it('are not looked at when that is wished', async () => {
    expect(
      await ask(await secure({ commonName: 'x', dnsNames: ['other'], expired: true }), {
        'insecure-skip-tls-verify': true,
      }),
    ).toBe('ok')
  })
})

describe('no connection', () => {
  it('says that nothing listens there', async () => {
    expect(await ask('https://127.0.0.1:1')).toMatchObject({
      problem: 'refused',
      message:
        'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    })
  })

  it('says that a name does not exist', async () => {
    expect(await ask('https://no-such-host.invalid')).toMatchObject({
      problem: 'dns',
      message: expect.stringContaining('no-such-host.invalid'),
    })
  })

  it('says when https is spoken to http, and the other way round', async () => {
    const plain = await startServer((_, response) => response.end())
    onTestFinished(() => plain.close())
    expect(await ask(`https://127.0.0.1:${plain.port}`)).toMatchObject({
      message: 'Unable to connect to the server: http: server gave HTTP response to HTTPS client',
    })
    expect(await ask((await secure()).replace('https', 'http'))).toMatchObject({
      problem: 'reset',
      hint: 'If the server speaks https, write https:// in its address.',
    })
  })

  it('says when the connection is closed without an answer', async () => {
    const { port, close } = await listen(createServer((socket) => socket.destroy()))
    onTestFinished(close)
    expect(await ask(`https://127.0.0.1:${port}`)).toMatchObject({ problem: 'reset' })
  })

  it.each([
    ['ETIMEDOUT', 'timeout', 'dial tcp h:1: i/o timeout'],
    ['EHOSTUNREACH', 'unreachable', 'dial tcp h:1: connect: no route to host'],
    ['ENETUNREACH', 'unreachable', 'dial tcp h:1: connect: network is unreachable'],
    ['EAI_AGAIN', 'dns', 'dial tcp: lookup h: temporary failure in name resolution'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', 'remote error: tls: certificate required'],
    ['ERR_SOMETHING', 'protocol', 'odd'],
  ])('has words for %s', (code, problem, words) => {
    const error = connectionError(Object.assign(new Error('odd'), { code }), new URL('https://h:1'), false)
    expect(error).toMatchObject({ problem, message: `Unable to connect to the server: ${words}` })
  })

  it('takes the first of the failures on several addresses', () => {
    const cause = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])
    expect(connectionError(cause, new URL('https://h:1'), true)).toMatchObject({
      problem: 'refused',
      hint: expect.stringContaining('KUBECONFIG'),
    })
  })
})
