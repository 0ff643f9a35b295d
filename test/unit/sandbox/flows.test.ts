import { describe, expect, test } from 'vitest'
import { FlowTable } from '../../../src/sandbox/network/datagram-forwarder.ts'

function table(most = 10) {
  const ended: string[] = []
  const flows = new FlowTable<string>(most, (value) => ended.push(value))
  return { flows, ended }
}

describe('flows of datagrams', () => {
  test('one lasts 30 s after its last datagram', () => {
    const { flows, ended } = table()
    flows.add('a:1', 'x', 0)
    expect(flows.use('a:1', 29_999)).toBe('x')
    expect(flows.use('a:1', 59_998)).toBe('x')
    expect(flows.use('a:1', 89_998)).toBeUndefined()
    expect(ended).toStrictEqual(['x'])
  })

  test('answers within two seconds make no stream of it', () => {
    const { flows } = table()
    flows.add('a:1', 'x', 0)
    flows.answered('a:1', 2000)
    expect(flows.use('a:1', 32_000)).toBeUndefined()
  })

  test('one that is answered and lasts is kept for two minutes', () => {
    const { flows } = table()
    flows.add('a:1', 'x', 0)
    flows.answered('a:1', 2001)
    expect(flows.use('a:1', 122_000)).toBe('x')
    expect(flows.use('a:1', 242_000)).toBeUndefined()
  })

  test('ports of one client are flows of their own', () => {
    const { flows } = table()
    flows.add('a:1', 'x', 0)
    expect(flows.use('a:2', 0)).toBeUndefined()
  })

  test('a full table loses the one that was unused for longest', () => {
    const { flows, ended } = table(2)
    flows.add('a:1', 'x', 0)
    flows.add('a:2', 'y', 1)
    flows.use('a:1', 2)
    flows.add('a:3', 'z', 3)
    expect(ended).toStrictEqual(['y'])
    flows.clear()
    expect(ended).toStrictEqual(['y', 'x', 'z'])
  })
})
