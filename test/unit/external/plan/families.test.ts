import { expect, it } from 'vitest'
import { familyWarning } from '../../../../src/external/plan/families.ts'
import type { OutsideBackend } from '../../../../src/external/types.ts'

const backend = (address: string): OutsideBackend => ({
  address,
  family: address.includes(':') ? 'IPv6' : 'IPv4',
  ports: [80],
})

it.each<[string, string[], string | undefined]>([
  ['one family', ['192.0.2.1', '192.0.2.2'], undefined],
  ['two of each', ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'], undefined],
  ['one of each', ['192.0.2.1', '2001:db8::1'], '1 of IPv4 and 1 of IPv6'],
  ['two and one', ['192.0.2.1', '2001:db8::1', '192.0.2.2'], '2 of IPv4 and 1 of IPv6'],
])('addresses of %s', (_name, addresses, words) => {
  const [warning] = familyWarning({ backends: addresses.map(backend) })
  expect(warning?.message.includes(words ?? '')).toBe(words === undefined ? undefined : true)
})
