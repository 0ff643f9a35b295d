import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Linger } from '../../../../../src/agent/requests/lanes/linger.ts'

describe('connections whose end is the server’s', () => {
  test('are waited for a moment, and longer where they are looked for in the pod afterwards', () => {
    for (const [linger, patienceMs] of [
      [new Linger(), 50],
      [new Linger(true), 3000],
    ] as const) {
      const socket = new Socket()
      linger.add(socket, 0)
      linger.tick(patienceMs - 1)
      expect(socket.destroyed).toBe(false)
      linger.tick(patienceMs)
      expect(socket.destroyed).toBe(true)
      expect(linger.isEmpty).toBe(true)
    }
  })

  test('are not waited for any more where three in a row did not come', () => {
    const linger = new Linger(true)
    const sockets = Array.from({ length: 5 }, () => new Socket())
    for (const [index, socket] of sockets.entries()) linger.add(socket, index * 10)
    linger.tick(3020)
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, true, true, true])
    const next = new Socket()
    linger.add(next, 3030)
    expect(next.destroyed).toBe(true)
  })
})
