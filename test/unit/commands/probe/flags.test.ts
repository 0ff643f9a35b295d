import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProbeFlags } from '../../../../src/commands/probe/flags/definitions.ts'
import { readProbeFlags } from '../../../../src/commands/probe/flags/read.ts'
import { temporaryFolder } from '../../../support/folder.ts'

/** What is not given is undefined. */
const flags = (more: Partial<ProbeFlags> = {}): ProbeFlags =>
  ({
    echo: false,
    fingerprint: false,
    identify: 'auto',
    image: 'node',
    insecure: false,
    'keep-alive': false,
    'measure-timeout': false,
    scheme: 'auto',
    shadow: false,
    watch: false,
    ...more,
  }) as ProbeFlags

describe('readProbeFlags', () => {
  test('fills in what was not given', () => {
    expect(readProbeFlags(flags())).toStrictEqual({
      path: '/',
      scheme: 'auto',
      intervalMs: 20,
      timeoutMs: 2000,
      keepAlive: false,
      tls: {},
      image: 'node',
      acceptedError: 1e-6,
      identify: { kind: 'auto' },
      podRunningTimeoutMs: 60_000,
    })
  })

  test('where clients enter', () => {
    expect(
      readProbeFlags(flags({ via: ['dns', 'node-port,external-ip'], 'ip-family': 'ipv6' })).via,
    ).toStrictEqual({
      kinds: new Set(['dns', 'node-port', 'external-ip']),
      family: 'IPv6',
    })
    expect(readProbeFlags(flags({ 'all-ports': true })).via).toStrictEqual({
      kinds: new Set(['cluster-ip']),
      allPorts: true,
    })
    const here = readProbeFlags(flags({ 'via-local': true, clients: 0, 'ip-family': 'all' }))
    expect(here).toMatchObject({ viaLocal: true, clients: 0, via: { kinds: 'all', family: 'all' } })
  })

  test.each([
    [{ clients: 0 }, /--via-local/],
    [{ clients: 0, 'via-local': true, spread: 'nodes' as const }, /--clients 0 and --spread/],
    [{ 'all-ports': true, port: '80' }, /--all-ports and --port/],
    [{ via: ['all'], 'measure-timeout': true }, /measured at one way in/],
    [{ via: ['node-port,dns'], 'measure-timeout': true }, /measured at one way in/],
    [{ 'ip-family': 'all' as const, 'measure-timeout': true }, /measured at one way in/],
    [{ via: ['nodeport'] }, /did you mean "node-port"/],
    [{ port: '0' }, /"0" for "--port" flag: a port is a number from 1 to 65535/],
    [{ port: '65536' }, /"65536" for "--port"/],
    [{ port: '-1' }, /"-1" for "--port"/],
  ])('%j does not go together, or is no entry', (more, message) => {
    expect(() => readProbeFlags(flags(more))).toThrow(message)
  })

  test.each(['1', '65535', 'http'])('--port %s', (port) =>
    expect(readProbeFlags(flags({ port })).port).toBe(port),
  )

  const rates: [string, number][] = [
    ['max', 0],
    ['1', 1000],
    ['0.5', 2000],
    ['10000', 0.1],
  ]
  for (const [rate, intervalMs] of rates)
    test(`--rate ${rate}`, () => expect(readProbeFlags(flags({ rate })).intervalMs).toBe(intervalMs))

  const confidences: [string, number][] = [
    ['99%', 0.01],
    ['0.99', 0.01],
    ['50%', 0.5],
    ['99.9999999%', 1e-9],
    ['0.999999', 1e-6],
  ]
  for (const [confidence, error] of confidences)
    test(`--confidence ${confidence}`, () =>
      expect(readProbeFlags(flags({ confidence })).acceptedError).toBe(error))

  const rules: [string, object][] = [
    ['json:.pod_ip', { kind: 'json', path: '.pod_ip' }],
    ['header:X-Served-By', { kind: 'header', name: 'X-Served-By' }],
    ['regex:a:(b)', { kind: 'regex', pattern: 'a:(b)' }],
  ]
  for (const [identify, rule] of rules)
    test(`--identify ${identify}`, () =>
      expect(readProbeFlags(flags({ identify })).identify).toStrictEqual(rule))

  test('0 requests are the default number', () => {
    expect(readProbeFlags(flags({ requests: 0 }))).not.toHaveProperty('requests')
    expect(readProbeFlags(flags({ requests: 0, duration: 5 })).durationMs).toBe(5)
  })

  const mistakes: [string, Partial<ProbeFlags>, RegExp][] = [
    ['both bounds', { requests: 5, duration: 5 }, /--requests and --duration cannot be used together/],
    ['a measurement of requests', { 'measure-timeout': true, rate: '5' }, /--measure-timeout and --rate/],
    ['--max of no measurement', { max: 5000 }, /--max needs --measure-timeout/],
    ['both paces', { rate: '5', interval: 5 }, /--interval and --rate/],
    ['both trusts', { ca: 'file', insecure: true }, /--ca and --insecure/],
    ['a rate of 0', { rate: '0' }, /"0" for "--rate"/],
    ['a rate that is no number', { rate: '' }, /"" for "--rate"/],
    ['certainty', { confidence: '100%' }, /--confidence/],
    ['a coin', { confidence: '0.4' }, /--confidence/],
    ['no confidence', { confidence: '' }, /--confidence/],
    ['a path without a slash', { path: ['x'] }, /must begin with "\/"/],
    ['a URL for a host', { host: ['http://shop.example'] }, /"--host" flag: must be a host/],
    ['a host with a port', { host: ['shop.example', 'shop.example:8080'] }, /without scheme, port or path/],
    ['a host with a path', { host: ['shop.example/cart'] }, /without scheme, port or path/],
    ['no host', { host: [''] }, /"" for "--host"/],
    ['a path that smuggles a header', { path: ['/', '/\r\nX: y'] }, /control characters/],
    ['a path in Greek', { path: ['/αβγ'] }, /beyond ASCII/],
    [
      'an unknown rule',
      { identify: 'xml:x' },
      /must be auto, access-log, sockets, anonymous, json:PATH, header:NAME or regex:RE/,
    ],
    ['a rule without a value', { identify: 'json:' }, /must be auto/],
    ['no name of a header', { identify: 'header:a b' }, /is not the name of a header/],
    ['no regular expression', { identify: 'regex:(' }, /\(/],
    ['a file that is not there', { ca: '/no/such/file' }, /cannot read --ca "\/no\/such\/file"/],
    [
      'a pod to send from of another kind',
      { 'in-pod': ['deploy/web'] },
      /"deploy\/web" for "--in-pod" flag: must be pod\/NAME/,
    ],
    [
      'a container without its pod',
      { container: 'app' },
      /--container names a container of the pod of --in-pod/,
    ],
    [
      'to send from a pod and on a node',
      { 'in-pod': ['x'], node: 'n' },
      /--in-pod and --node cannot be used together/,
    ],
    [
      'to look into pods for a measurement',
      { identify: 'sockets', 'measure-timeout': true },
      /--identify sockets and --measure-timeout cannot be used together/,
    ],
  ]
  for (const [name, more, words] of mistakes)
    test(`refuses ${name}`, () => expect(() => readProbeFlags(flags(more))).toThrow(words))

  test.each<[string, Partial<ProbeFlags>]>([
    ['several clients are looked for in logs', { identify: 'access-log', clients: 3, via: ['all'] }],
    [
      'another Service is compared from many clients',
      { compare: 'svc/other', spread: 'nodes', via: ['all'] },
    ],
    ['a change is tried with many clients', { 'what-if': ['timeout=5s'], clients: 9 }],
    ['echo pods are asked from pods that are there', { echo: true, 'in-pod': ['a', 'b'] }],
    ['endpoints are asked directly for many clients', { fingerprint: true, clients: 3, 'all-ports': true }],
    ['endpoints are asked directly from pods that are there', { fingerprint: true, 'in-pod': ['a', 'b'] }],
    ['cookies are forged, and their lifetime is measured', { forge: true, 'measure-timeout': true }],
    [
      'a timeout is measured at one way in, from all nodes',
      { via: ['node-port'], spread: 'nodes', 'measure-timeout': true },
    ],
    ['many clients are watched', { watch: true, clients: 3, via: ['all'] }],
    ['a command runs amid many clients', { during: 'true', clients: 3, 'via-local': true }],
    ['pods that are there enter anywhere', { 'in-pod': ['a,b'], via: ['all'], 'via-local': true }],
  ])('%s', (_, more) => {
    expect(() => readProbeFlags(flags(more))).not.toThrow()
  })

  test('reads the authorities of --ca, and refuses a file without any', () => {
    const file = join(temporaryFolder(), 'ca.pem')
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\n')
    expect(readProbeFlags(flags({ ca: file })).tls).toStrictEqual({ ca: '-----BEGIN CERTIFICATE-----\n' })
    writeFileSync(file, 'something else')
    expect(() => readProbeFlags(flags({ ca: file }))).toThrow(/holds no certificate/)
  })
})

describe('--send', () => {
  test.each<[string, string]>([
    ['hostname', 'hostname'],
    ['a\\n\\r\\t\\\\n', 'a\n\r\t\\n'],
    ['\\x00\\xFf1', '\u0000\u00ff1'],
    ['é', '\u00c3\u00a9'],
    ['', ''],
  ])('%j is %j', (send, payload) => {
    expect(readProbeFlags(flags({ send })).payload).toBe(payload)
  })

  test.each(['\\q', '\\', '\\x1', '\\xzz', 'x'.repeat(1025)])('%j is refused', (send) => {
    expect(() => readProbeFlags(flags({ send }))).toThrow('--send')
  })

  test.each<[string, Partial<ProbeFlags>]>([
    ['--scheme https and --send', { send: 'a', scheme: 'https' }],
    ['--path and --send', { send: 'a', path: ['/a'] }],
    ['--identify header and --send', { send: 'a', identify: 'header:x' }],
    ['--send and --insecure', { send: 'a', insecure: true }],
    ['--path and --protocol udp', { protocol: 'udp', path: ['/a'] }],
    ['--scheme tcp and --send', { send: 'a', protocol: 'udp', scheme: 'tcp' }],
    ['--keep-alive with --scheme tcp needs --send', { scheme: 'tcp', 'keep-alive': true }],
  ])('%s do not go together', (words, more) => {
    expect(() => readProbeFlags(flags(more))).toThrow(words)
  })

  test('goes with plain TCP and with UDP', () => {
    expect(readProbeFlags(flags({ send: 'a', scheme: 'tcp', 'keep-alive': true }))).toMatchObject({
      payload: 'a',
    })
    expect(readProbeFlags(flags({ send: 'a', protocol: 'udp' }))).toMatchObject({ protocol: 'UDP' })
  })
})
