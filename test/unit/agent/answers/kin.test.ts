import { expect, test } from 'vitest'
import { createIdentifier } from '../../../../src/agent/answers/identify.ts'
import { createKin } from '../../../../src/agent/answers/kin.ts'

const kin = createKin([['web-5d8f7c9b4d-x2k4p', '10.0.0.1'], ['db-0'], ['agent.x-7wq9z']])

test.each([
  ['Hostname: web-6c9f7d8b5c-qqz7x, 4th time', 'web-6c9f7d8b5c-qqz7x'],
  ['web-6c9f7d8b5c-qqz7x web-6c9f7d8b5c-qqz7x', 'web-6c9f7d8b5c-qqz7x'],
  ['I am db-12.', 'db-12'],
  ['agent.x-2s5dl', 'agent.x-2s5dl'],
])('%j holds the name of a pod that came later', (text, name) => {
  expect(kin(text)).toBe(name)
})

test.each([
  'web-6c9f7d8b5c-qqz7x and web-6c9f7d8b5c-bbb22',
  'web-frontend-local',
  'my-web-6c9f7d8b5c-qqz7x',
  'db-12.db.default',
  'db-12-a',
  'agentyx-2s5dl',
  '10.0.0.7',
])('%j does not', (text) => {
  expect(kin(text)).toBeUndefined()
})

test('answers of such a pod are of one, whatever else is in them', () => {
  const identify = createIdentifier({ kind: 'auto' }, [['web-5d8f7c9b4d-x2k4p']])
  const value = (body: string): string => identify({ status: 200, headers: [], body }).value
  expect(value('web-6c9f7d8b5c-qqz7x: 1')).toBe(value('web-6c9f7d8b5c-qqz7x: 2'))
  expect(value('web-6c9f7d8b5c-qqz7x: 1')).not.toBe(value('web-6c9f7d8b5c-bbb22: 1'))
  expect(value('nobody: 1')).not.toBe(value('nobody: 2'))
})
