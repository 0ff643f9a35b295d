import { expect, test } from 'vitest'
import type { AgentConfig } from '../../../src/agent/config.ts'
import { decodeConfig, encodeConfig } from '../../../src/agent/config.ts'

const config: AgentConfig = {
  scheme: 'auto',
  host: '10.96.0.1',
  port: 80,
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
    path: '/',
    hostHeader: '10.96.0.1:80',
    durationMs: Infinity,
    concurrency: 8,
    tls: {},
    maxAnswerBytes: 65_536,
  })
  expect(decodeConfig(encodeConfig({ ...config, host: 'fd00::1', intervalMs: 0 }))).toMatchObject({
    hostHeader: '[fd00::1]:80',
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

test.each<[string, Partial<AgentConfig>]>([
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
])('a wrong %s is refused: %j', (field, change) => {
  expect(() => decodeConfig(encodeConfig({ ...config, ...change }))).toThrow(field)
})
