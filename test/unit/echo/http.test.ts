import fc from 'fast-check'
import { expect, test } from 'vitest'
import { httpAnswer, takeRequests } from '../../../src/echo/http.ts'

const requests = (text: string) => takeRequests(Buffer.from(text, 'latin1'))

test('requests in one piece, with bodies, and what follows them', () => {
  const taken = requests(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nGET GET /a HTTP/1.1\r\nconnection: Close\r\n\r\nGE',
  )
  expect(taken.requests).toStrictEqual([
    { method: 'POST', close: false },
    { method: 'GET', close: true },
  ])
  expect(taken.rest.toString()).toBe('GE')
  expect(taken.isOther).toBe(false)
})

test('HTTP/1.0 closes unless it asks to stay', () => {
  expect(requests('GET / HTTP/1.0\r\n\r\n').requests).toStrictEqual([{ method: 'GET', close: true }])
  expect(requests('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n').requests).toStrictEqual([
    { method: 'GET', close: false },
  ])
})

for (const text of ['hello\n', '\x16\x03\x01', '12 a', 'get / http/1.1\r\n'])
  test(`${JSON.stringify(text)} is not HTTP`, () => expect(requests(text).isOther).toBe(true))

test('however requests are cut into pieces, the same are taken', () => {
  const request = fc
    .record({ method: fc.constantFrom('GET', 'HEAD', 'PUT'), body: fc.string(), close: fc.boolean() })
    .map(({ method, body, close }) => {
      const bytes = Buffer.from(body)
      const head = `${method} / HTTP/1.1\r\nContent-Length: ${bytes.length}\r\n${close ? 'Connection: close\r\n' : ''}\r\n`
      return { wanted: { method, close }, bytes: Buffer.concat([Buffer.from(head), bytes]) }
    })
  fc.assert(
    fc.property(fc.array(request), fc.array(fc.nat(40), { minLength: 1 }), (all, cuts) => {
      const bytes = Buffer.concat(all.map(({ bytes }) => bytes))
      const taken: unknown[] = []
      let rest: Buffer = Buffer.alloc(0)
      let at = 0
      for (let piece = 0; at < bytes.length; piece += 1) {
        const end = at + 1 + cuts[piece % cuts.length]!
        const step = takeRequests(Buffer.concat([rest, bytes.subarray(at, end)]))
        expect(step.isOther).toBe(false)
        taken.push(...step.requests)
        rest = step.rest
        at = end
      }
      expect(taken).toStrictEqual(all.map(({ wanted }) => wanted))
      expect(rest).toHaveLength(0)
    }),
  )
})

test('an answer to HEAD has the length and no body', () => {
  expect(httpAnswer({ method: 'HEAD', close: true }, 'é')).toMatch(/Content-Length: 2\r\n[^]*\r\n\r\n$/)
  expect(httpAnswer({ method: 'GET', close: false }, '{}')).toMatch(/keep-alive\r\n\r\n\{\}$/)
})
