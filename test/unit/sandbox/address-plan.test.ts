import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIp } from '../../../src/model/common/network/ip.ts'
import { addressPlan } from '../../../src/sandbox/network/address-plan.ts'
import { translation } from '../../../src/sandbox/pods/prelude.ts'

const plan = addressPlan(40)
const inPod = vm.runInNewContext(`${translation}; ({ physical, logical })`) as {
  physical(host: string): string
  logical(host: string): string
}

/** An address of any sandbox in IPv4. */
const four = fc
  .tuple(fc.integer({ min: 1, max: 126 }), fc.nat(255), fc.nat(255))
  .map(([half, subnet, host]) => `240.${2 * half}.${subnet}.${host}`)
const six = four.map((address) => plan.inFamily(address, 'IPv6'))

describe('addresses of a sandbox', () => {
  test('those of IPv6 have the same digits, in the form that the API takes', () => {
    expect(plan.inFamily('240.40.96.20', 'IPv6')).toBe('2001:db8:40::96:20')
    expect(plan.inFamily('240.40.0.11', 'IPv6')).toBe('2001:db8:40::11')
    expect(plan.inFamily('192.0.2.1', 'IPv6')).toBe('192.0.2.1')
    fc.assert(
      fc.property(six, (address) => {
        const ip = parseIp(address)
        // A zero at the end joins those before it there, and no node, Service or pod has it.
        if (!/::(\d+:)?0$/.test(address)) expect(ip).toMatchObject({ family: 'IPv6', text: address })
      }),
    )
  })

  test('each has a loopback address of its own, and back', () => {
    fc.assert(
      fc.property(fc.oneof(four, six), (address) => {
        expect(plan.physical(address)).toMatch(/^127(\.\d{1,3}){3}$/)
        expect(plan.logical(plan.physical(address))).toBe(address)
      }),
    )
    expect(plan.physical('2001:db8:40::96:20')).toBe('127.41.96.20')
  })

  test('pods are reached at one address for both families', () => {
    expect(plan.reach('2001:db8:40::129:2')).toBe('127.40.129.2')
    expect(plan.reach('2001:db8:40::96:20')).toBe('127.41.96.20')
  })

  test('nodes are known by both', () => {
    for (const family of ['IPv4', 'IPv6'] as const) {
      expect(plan.nodeOfPod(plan.inFamily(plan.pod(3, 7), family))).toBe(3)
      expect(plan.nodeWith(plan.inFamily(plan.node(3), family))).toBe(3)
      expect(plan.nodeOfPod(plan.inFamily(plan.service(20), family))).toBeUndefined()
      expect(plan.nodeWith(plan.inFamily(plan.pod(3, 7), family))).toBeUndefined()
    }
    expect(plan.nodeOfPod('240.42.131.7')).toBeUndefined()
  })

  test('a pod translates as the proxies do', () => {
    const anything = fc.oneof(four, six, fc.ipV4(), fc.ipV6(), fc.constantFrom('localhost', '::1', ''))
    fc.assert(
      fc.property(anything, (address) => {
        expect(inPod.physical(address)).toBe(plan.reach(address))
        const socket = plan.physical(address)
        expect(inPod.logical(socket)).toBe(plan.logical(socket))
      }),
    )
  })
})
