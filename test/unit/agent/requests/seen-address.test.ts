import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seenAddressOf } from '../../../../src/agent/requests/seen-address.ts'

/** With the address of one backend known. */
function seenIn(body: string): string | undefined {
  return seenAddressOf(body, (address) => address === '10.0.0.9' || address === 'fd00::9')
}

test.each<[string, string]>([
  ['Host=x Path=/ From=pod-1 ClientIP=10.244.1.9 XFF=', '10.244.1.9'],
  ['ClientIP=10.244.1.9:4711 XFF=1.2.3.4', '10.244.1.9'],
  ['10.244.1.9:4711', '10.244.1.9'],
  ['[fd00::1]:4711\n', 'fd00::1'],
  ['[::ffff:10.0.0.1]:4711', '10.0.0.1'],
  ['{"pod_ip":"10.0.0.9","client_ip":"10.0.0.1"}', '10.0.0.1'],
  ['{"clientIP": "::ffff:10.0.0.1", "node_ip": "10.9.9.9"}', '10.0.0.1'],
  ['{"remoteAddress":"::FFFF:0a00:0001"}', '10.0.0.1'],
  [
    'Hostname: w\nIP: 10.0.0.9\nRemoteAddr: 10.0.0.1:55\nGET / HTTP/1.1\nX-Forwarded-For: 9.9.9.9',
    '10.0.0.1',
  ],
  ['RemoteAddr: [fd00:0:0::1%eth0]:55', 'fd00::1'],
  ['client_address=10.0.0.1\ncommand=GET', '10.0.0.1'],
  ['{"headers":{"X-Forwarded-For":["10.0.0.1, 10.0.0.2"]}}', '10.0.0.1'],
  ['x-real-ip: fd00::0001', 'fd00::1'],
  ['{"origin": "10.0.0.1"}', '10.0.0.1'],
  ['the client IP: 10.0.0.1.', '10.0.0.1'],
  // A pod may be its own client, and says so.
  ['ClientIP=10.0.0.9', '10.0.0.9'],
])('%j says %s', (body, address) => {
  expect(seenIn(body)).toBe(address)
})

test.each([
  '',
  'hello',
  // An address alone may be the server's.
  '10.244.1.9',
  'fd00::1',
  '10.0.0.9:80',
  '[fd00::9]:80',
  '{"pod_ip":"10.0.0.1"}',
  '{"ip":"10.0.0.1"}',
  'ClientIP=10.0.0.1 client_ip=10.0.0.2',
  'ClientIP=',
  'ClientIP=unknown',
  'ClientIP=10.0.0.300',
  'ClientIP=1.2.3',
  'notclientip10.0.0.1',
  'Origin: https://example.com',
  '12:30',
])('%j says nothing', (body) => {
  expect(seenIn(body)).toBeUndefined()
})

test('every address is found again in one spelling, and garbage does no harm', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(seenIn(`ClientIP=${address}`)).toBe(address)
      expect(seenIn(`"remote_addr": "[::ffff:${address}]:80"`)).toBe(address)
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const seen = seenIn(`ClientIP=${address}`)
      expect(seen).toBeDefined()
      expect(seenIn(`ClientIP=${seen!}`)).toBe(seen)
      expect(seenIn(`peer-addr: [${address}]:1`)).toBe(seen)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void seenIn(`ClientIP=${text}`)))
})
