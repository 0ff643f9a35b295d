import { writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { kubeconfigText } from '../unit/cluster/support/kubeconfig.ts'
import { makeAuthority } from '../unit/cluster/support/pki.ts'
import { fail, json, listen, startServer } from '../unit/cluster/support/server.ts'
import { affinity } from './support/executable.ts'

const folder = temporaryFolder()
let files = 0

function kubeconfig(server: string, more: object = {}): string {
  const file = join(folder, `config-${files++}`)
  writeFileSync(file, kubeconfigText({ server, ...more }))
  return file
}

/** Runs `probe web` against a server on loopback that answers everything in this way. */
async function probeAt(listener: RequestListener, args: readonly string[] = []) {
  const server = await startServer(listener)
  onTestFinished(() => server.close())
  return await affinity(['probe', 'web', '--kubeconfig', kubeconfig(server.url), ...args])
}

describe('where there is no cluster', () => {
  test('no kubeconfig at all', async () => {
    const { code, stdout, stderr } = await affinity(['probe', 'web'], { env: { HOME: folder } })
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^The connection to the server localhost:8080 was refused/)
    expect(stderr).toMatch(/KUBECONFIG/)
  })

  test('a kubeconfig that is not there', async () => {
    const { code, stderr } = await affinity(['probe', 'web', '--kubeconfig', '/no/such/file'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: stat \/no\/such\/file: no such file or directory\n/)
  })

  test('a kubeconfig that is none', async () => {
    const file = join(folder, 'broken')
    writeFileSync(file, '{ this is: [no kubeconfig')
    const { code, stderr } = await affinity(['probe', 'web', '--kubeconfig', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: .*broken/)
    expect(stderr).not.toMatch(/ at /)
  })

  test('a context that does not exist', async () => {
    const file = kubeconfig('https://127.0.0.1:1')
    const { code, stderr } = await affinity(['probe', 'web', '--kubeconfig', file, '--context', 'there'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: context "there" does not exist\n.*here/)
  })

  test('a server that refuses connections', async () => {
    const { code, stderr } = await affinity(['probe', 'web', '-s', 'https://127.0.0.1:1'])
    expect(code).toBe(1)
    expect(stderr).toBe(
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n',
    )
  })

  test('a name that nobody knows', async () => {
    const { code, stderr } = await affinity(['probe', 'web', '-s', 'https://cluster.invalid'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Unable to connect to the server: dial tcp: lookup cluster\.invalid: /)
  })
})

describe('a server that answers with a failure', () => {
  const failures: [string, RequestListener, RegExp][] = [
    [
      '401',
      (_, response) => fail(response, 401, 'Unauthorized', 'Unauthorized'),
      /^error: You must be logged in to the server \(Unauthorized\)\n/,
    ],
    [
      '403 of RBAC',
      (_, response) =>
        fail(
          response,
          403,
          'Forbidden',
          'services "web" is forbidden: User "u" cannot get resource "services" in API group "" in the namespace "default"',
        ),
      /^error: services "web" is forbidden: User "u" cannot get resource[^]*kind: Role[^]*resources: \["services"\]/,
    ],
    [
      '404',
      (_, response) => fail(response, 404, 'NotFound', 'services "web" not found'),
      /^error: services "web" not found in namespace "default"\n {2}see what there is: {2}kubectl get services -n default\n$/,
    ],
    [
      '404 of the path, in words',
      (_, response) => fail(response, 404, 'NotFound', 'the server could not find the requested resource'),
      /^Error from server \(NotFound\): the server could not find the requested resource\n {2}There is no Kubernetes API at/,
    ],
    [
      '404 of the path, from somebody in between',
      (_, response) => response.writeHead(404).end('404 page not found'),
      /^Error from server \(NotFound\): the server could not find the requested resource\n {2}There is no Kubernetes API at/,
    ],
    [
      '500',
      (_, response) => fail(response, 500, 'InternalError', 'etcdserver: leader changed'),
      /^Error from server \(InternalError\): etcdserver: leader changed\n/,
    ],
    ['500 without words', (_, response) => response.writeHead(500).end(), /server/],
    [
      'a web page',
      (_, response) =>
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Log in here</html>'),
      /./,
    ],
    [
      'JSON that is cut off',
      (_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"kind":'),
      /./,
    ],
    ['JSON of something else', (_, response) => json(response, { hello: 'there' }), /./],
    ['an empty answer', (_, response) => response.writeHead(200).end(), /./],
  ]
  for (const [name, listener, words] of failures) {
    test(name, async () => {
      const { code, stdout, stderr } = await probeAt(listener)
      expect({ code, stdout }, stderr).toStrictEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(words)
      expect(stderr, 'a stack trace').not.toMatch(/internal error|\n {4}at /)
    })
  }

  test.each(['explain', 'probe'])('%s of an Ingress that may not be read shows a Role', async (verb) => {
    const words =
      'ingresses.networking.k8s.io "shop" is forbidden: User "u" cannot get resource "ingresses" in API group "networking.k8s.io" in the namespace "default"'
    const server = await startServer((_, response) => fail(response, 403, 'Forbidden', words))
    onTestFinished(() => server.close())
    const { code, stderr } = await affinity([verb, 'ingress/shop', '--kubeconfig', kubeconfig(server.url)])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^error: ingresses\.networking\.k8s\.io "shop" is forbidden: [^]*\n {2}kind: Role\n/m,
    )
    expect(stderr).toMatch(/resources: \[.*"ingresses".*\]\n.*verbs: \["get"/)
  })

  test('control characters in a message are shown and not obeyed', async () => {
    const { stderr } = await probeAt((_, response) =>
      fail(response, 500, 'InternalError', 'evil \u001B[2J\u0007 words'),
    )
    expect(stderr).toMatch(/evil/)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(stderr).not.toMatch(/[\u001B\u0007]/)
  })

  test('a server that never answers: --request-timeout', async () => {
    const { code, stderr } = await probeAt(() => {}, ['--request-timeout', '500ms'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/timeout|deadline|timed out/i)
  })

  test('a server that speaks no HTTP', async () => {
    const server = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'))
    const { port, close } = await listen(server)
    onTestFinished(close)
    const { code, stderr } = await affinity(['probe', 'web', '-s', `http://127.0.0.1:${port}`])
    expect(code).toBe(1)
    expect(stderr).not.toMatch(/internal error|\n {4}at /)
  })
})

describe('TLS', () => {
  const authority = makeAuthority('the cluster')
  const tls = authority.issue({ commonName: 'server', ipAddresses: ['127.0.0.1'] })
  const notFound: RequestListener = (_, response) =>
    fail(response, 404, 'NotFound', 'services "web" not found')

  test('an authority that nobody told us of', async () => {
    const server = await startServer(notFound, tls)
    onTestFinished(() => server.close())
    const { code, stderr } = await affinity(['probe', 'web', '--kubeconfig', kubeconfig(server.url)])
    expect(code).toBe(1)
    expect(stderr).toMatch(/x509: certificate signed by unknown authority/)
    expect(server.requests).toStrictEqual([])
  })

  test('an authority of the kubeconfig, and --insecure-skip-tls-verify', async () => {
    const server = await startServer(notFound, tls)
    onTestFinished(() => server.close())
    const ca = Buffer.from(authority.cert).toString('base64')
    for (const words of [
      ['--kubeconfig', kubeconfig(server.url, { 'certificate-authority-data': ca })],
      ['--kubeconfig', kubeconfig(server.url), '--insecure-skip-tls-verify'],
      ['--kubeconfig', kubeconfig(server.url), '--insecure-skip-tls-verify=true'],
    ])
      expect((await affinity(['probe', 'web', ...words])).stderr).toMatch(/services "web" not found/)
    const strict = ['--kubeconfig', kubeconfig(server.url), '--insecure-skip-tls-verify=false']
    expect((await affinity(['probe', 'web', ...strict])).stderr).toMatch(/x509/)
  })
})

describe('what is asked of the server', () => {
  test('global flags before the command, and the namespace of the flag before that of the context', async () => {
    const server = await startServer((_, response) => fail(response, 404, 'NotFound', 'not found'))
    onTestFinished(() => server.close())
    const file = kubeconfig(server.url)
    await affinity(['--kubeconfig', file, '-n', 'shop', 'probe', 'svc', 'web'])
    await affinity([`--kubeconfig=${file}`, '-nshop', 'probe', 'svc/web', '--insecure=false'])
    expect(server.requests.filter((line) => line.includes('/services/'))).toStrictEqual([
      'GET /api/v1/namespaces/shop/services/web',
      'GET /api/v1/namespaces/shop/services/web',
    ])
  })

  test('-v 6 shows the requests on stderr', async () => {
    const { stderr } = await probeAt((_, response) => fail(response, 404, 'NotFound', 'not found'), ['-v=6'])
    expect(stderr).toMatch(/GET http:\/\/127.*services\/web 404/)
  })
})
