import { expect, test } from 'vitest'
import { decodeConfig } from '../../../src/agent/complete-config.ts'
import type { AgentConfig, AgentTarget } from '../../../src/agent/config.ts'
import { encodeConfig } from '../../../src/agent/config.ts'

const target: AgentTarget = { scheme: 'auto', host: '10.96.0.1', port: 80 }
const config: AgentConfig = {
  targets: [target],
  requests: 10,
  intervalMs: 20,
  timeoutMs: 1000,
  keepAlive: false,
  identify: { kind: 'regex', pattern: '$(HOME)$$ "é\u2028\n' },
  needles: [['pod-1']],
}

test('a configuration arrives as it was, with everything filled in', () => {
  expect(decodeConfig(encodeConfig(config))).toEqual({
    ...config,
    byChance: false,
    targets: [
      {
        ...target,
        path: '/',
        isHttp2: false,
        hostHeader: '10.96.0.1:80',
        headers: [],
        redirects: 0,
        tls: {},
      },
    ],
    sessions: [{}],
    durationMs: Infinity,
    waitMs: 0,
    concurrency: 8,
    localPorts: false,
    sharedJars: false,
    shownCookies: [],
    maxAnswerBytes: 65_536,
  })
  const ipv6 = { ...target, host: 'fd00::1' }
  expect(decodeConfig(encodeConfig({ ...config, targets: [target, ipv6], intervalMs: 0 }))).toMatchObject({
    targets: [{ hostHeader: '10.96.0.1:80' }, { hostHeader: '[fd00::1]:80' }],
    concurrency: 16,
  })
  expect(decodeConfig(encodeConfig({ ...config, keepAlive: true }))).toMatchObject({ concurrency: 1 })
})

test('it travels in ASCII without dollar signs, in pieces that the kernel takes', () => {
  const needles = Array.from({ length: 5000 }, (_, index) => [
    `pod-with-a-long-name-${index}`,
    `10.244.0.${index}`,
  ])
  const pieces = encodeConfig({ ...config, needles })
  expect(pieces.length).toBeGreaterThan(1)
  for (const piece of pieces) expect(piece.length).toBeLessThan(131_072)
  expect(pieces.join('')).toMatch(/^[\x20-\x23\x25-\x7e]+$/)
  expect(decodeConfig(pieces).needles).toEqual(needles)
})

test('each client has pauses of its own, and a wait before them', () => {
  const pieces = encodeConfig({
    ...config,
    waitsMs: [7, 8],
    pausesMs: [
      [1, 2],
      [3, 4, 5],
    ],
  })
  expect(decodeConfig(pieces, 1)).toMatchObject({
    waitMs: 8,
    pausesMs: [3, 4, 5],
    requests: 4,
    concurrency: 1,
  })
  expect(() => decodeConfig(pieces, 2)).toThrow('pausesMs')
})

test.each<[string, Partial<AgentConfig & AgentTarget>]>([
  ['path', { path: '/a\r\nX: y' }],
  ['path', { path: 'a' }],
  ['path', { path: '/a b' }],
  ['hostHeader', { hostHeader: 'a\r\nX: y' }],
  ['host', { host: 'a b' }],
  ['port', { port: 0 }],
  ['requests', { requests: 0 }],
  ['intervalMs', { intervalMs: -1 }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['concurrency', { concurrency: 1.5 }],
  ['pausesMs', { pausesMs: [[-1]] }],
  ['waitsMs', { waitsMs: [-1] }],
  ['marker', { marker: { text: 'a b', in: 'header' } }],
  ['targets', { targets: [] }],
])('a wrong %s is refused: %j', (field, change) => {
  const targets = change.targets ?? [{ ...target, ...change }]
  expect(() => decodeConfig(encodeConfig({ ...config, ...change, targets }))).toThrow(field)
})
