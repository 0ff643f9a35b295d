import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenForInterrupt } from '../../../src/cli/interrupt.ts'

const fakeProcess = (): NodeJS.Process => new EventEmitter() as NodeJS.Process

test('the first signal stops, the second one gives up; the code is of the first', () => {
  const process = fakeProcess()
  const interrupt = listenForInterrupt(process)
  expect(interrupt.exitCode).toBeUndefined()
  process.emit('SIGTERM', 'SIGTERM')
  expect([interrupt.first.aborted, interrupt.second.aborted, interrupt.exitCode]).toStrictEqual([
    true,
    false,
    143,
  ])
  process.emit('SIGINT', 'SIGINT')
  expect([interrupt.second.aborted, interrupt.exitCode]).toStrictEqual([true, 143])
})

test('Ctrl-C is 130, a closed terminal 129', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    const process = fakeProcess()
    const interrupt = listenForInterrupt(process)
    process.emit(signal, signal)
    expect(interrupt.exitCode).toBe(code)
  }
})

test('stop leaves nothing behind', () => {
  const process = fakeProcess()
  listenForInterrupt(process).stop()
  expect(process.eventNames()).toStrictEqual([])
})
