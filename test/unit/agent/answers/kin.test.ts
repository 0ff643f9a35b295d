import { expect, test } from 'vitest'
import { createIdentifier } from '../../../../src/agent/answers/identify.ts'
import { createKin } from '../../../../src/agent/answers/kin.ts'

const kin = createKin([['web-5d8f7c9b4d-x2k4p', '10.0.0.1', 'fd00:10::1'], ['db-0'], ['agent.x-7wq9z']])

test.each([
  ['Hostname: web-6c9f7d8b5c-qqz7x, 4th time', 'web-6c9f7d8b5c-qqz7x'],
  ['web-6c9f7d8b5c-qqz7x web-6c9f7d8b5c-qqz7x', 'web-6c9f7d8b5c-qqz7x'],
  ['I am db-12.', 'db-12'],
  ['agent.x-2s5dl', 'agent.x-2s5dl'],
])('%j holds the name of a pod that came later', (text, name) => {
  expect(kin(text)).toEqual([name])
})

test.each([
  'web-frontend-local',
  'my-web-6c9f7d8b5c-qqz7x',
  'db-12.db.default',
  'db-12-a',
  'agentyx-2s5dl',
  '10.1.7.9',
])('%j does not', (text) => {
  expect(kin(text)).toEqual([])
})

test.each([
  ['ip=10.0.7.9:8080', ['10.0.7.9']],
  ['::ffff:10.0.7.9', ['10.0.7.9']],
  ['[fd00:10::7]:80 and db-3', ['fd00:10::7', 'db-3']],
  ['10.0.7.9.1 10.1.7.9 110.0.7.9 10.0.7.9-x fe00::1', []],
])('%j holds the addresses %j', (text, addresses) => {
  expect(kin(text)).toEqual(addresses)
})

test('what names such a pod is told wherever it stands, unless there are many', () => {
  const identify = createIdentifier({ kind: 'auto' }, [['web-5d8f7c9b4d-x2k4p', '10.0.0.1']])
  const found = (body: string): unknown => identify({ status: 200, headers: [], body }).kin
  expect(found(`${'x '.repeat(4000)}web-6c9f7d8b5c-qqz7x, 10.0.0.7`)).toEqual([
    'web-6c9f7d8b5c-qqz7x',
    '10.0.0.7',
  ])
  expect(found('nobody')).toBeUndefined()
  expect(found('10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6')).toBeUndefined()
})

test('answers of such a pod are of one, whatever else is in them', () => {
  const identify = createIdentifier({ kind: 'auto' }, [['web-5d8f7c9b4d-x2k4p']])
  const value = (body: string): string => identify({ status: 200, headers: [], body }).value
  expect(value('web-6c9f7d8b5c-qqz7x: 1')).toBe(value('web-6c9f7d8b5c-qqz7x: 2'))
  expect(value('web-6c9f7d8b5c-qqz7x: 1')).not.toBe(value('web-6c9f7d8b5c-bbb22: 1'))
  expect(value('nobody: 1')).not.toBe(value('nobody: 2'))
})
