import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ResponseParser } from '../../../../../src/agent/requests/lanes/http-response.ts'

const maxBody = 1000

function read(bytes: Buffer, cuts: number[] = [], close = true): object {
  const parser = new ResponseParser(maxBody)
  const edges = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let at = 0
  let progress = 'more'
  for (const edge of [...edges, bytes.length]) {
    if (progress !== 'more') break
    progress = parser.push(bytes.subarray(at, edge), edge - at)
    at = edge
  }
  if (progress === 'more' && close) progress = parser.close()
  return result(parser, progress)
}

function result(parser: ResponseParser, progress: string): object {
  const { status, headers, truncated, problem } = parser
  const body = parser.body.toString('latin1', 0, parser.bodyLength)
  return { progress, status, headers, body, truncated, problem }
}

function readText(text: string): object {
  return read(Buffer.from(text, 'latin1'))
}

const bodies = fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes))
const lineEnds = fc.constantFrom('\r\n', '\n')

const responses = fc
  .record({
    body: bodies,
    end: lineEnds,
    framing: fc.constantFrom('length', 'chunked', 'close'),
    status: fc.constantFrom(200, 404, 500, 299),
    chunkSizes: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
    interim: fc.integer({ min: 0, max: 2 }),
    trailer: fc.boolean(),
  })
  .map(({ body, end, framing, status, chunkSizes, interim, trailer }) => {
    const head = [`HTTP/1.1 ${status} Whatever`, 'Server: x', 'X-Empty:', 'X-Spaces:  a b  ']
    if (framing === 'length') head.push(`Content-Length: ${body.length}`)
    if (framing === 'chunked') head.push('Transfer-Encoding: chunked')
    const before = `HTTP/1.1 103 Early${end}Link: y${end}${end}`.repeat(interim)
    const parts = [Buffer.from(`${before}${head.join(end)}${end}${end}`)]
    if (framing !== 'chunked') parts.push(body)
    else {
      for (let at = 0, index = 0; at < body.length; index++) {
        const size = chunkSizes[index % chunkSizes.length] ?? 1
        const chunk = body.subarray(at, at + size)
        parts.push(Buffer.from(`${chunk.length.toString(16)};ext=1${end}`), chunk, Buffer.from(end))
        at += size
      }
      parts.push(Buffer.from(`0${end}${trailer ? `X-Trailer: t${end}` : ''}${end}`))
    }
    return { body, status, bytes: Buffer.concat(parts) }
  })

describe('a response', () => {
  test('reads the same however it is cut into pieces', () => {
    fc.assert(
      fc.property(responses, fc.array(fc.nat(), { maxLength: 20 }), ({ body, status, bytes }, cuts) => {
        const whole = read(bytes)
        expect(whole).toMatchObject({
          progress: 'done',
          status,
          body: body.toString('latin1', 0, maxBody),
          truncated: body.length > maxBody,
        })
        expect(read(bytes, cuts)).toEqual(whole)
        // Byte by byte.
        const single = Array.from({ length: Math.min(bytes.length, 300) }, (_, index) => index)
        expect(read(bytes, single)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  test('may be garbage without doing harm, and the pieces do not matter', () => {
    const fragments = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.',
      'Content-Length: 5\r\n',
      'Content-Length: -1\r\n',
      'Transfer-Encoding: chunked\r\n',
      '\r\n',
      '\n',
      '5\r\nhello\r\n',
      'ffffffffffffff\r\n',
      '0\r\n',
      ': \r\n',
      '\0',
      'a'.repeat(3000),
    )
    const garbage = fc
      .array(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 20 })
      .map((parts) => Buffer.from(parts.join(''), 'latin1'))
    fc.assert(
      fc.property(garbage, fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
        const whole = read(bytes)
        expect(whole).toHaveProperty('progress', expect.stringMatching(/^(done|broken)$/))
        // Which problem is seen first may depend on the pieces, and so may what was read before it.
        if ('progress' in whole && whole.progress === 'done') expect(read(bytes, cuts)).toEqual(whole)
        else expect(read(bytes, cuts)).toHaveProperty('progress', 'broken')
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['SSH-2.0-OpenSSH_9\r\n', 'the answer is not HTTP'],
    ['HTTP/2 200 OK\r\n\r\n', 'the status line is not valid'],
    ['HTTP/1.1 20 OK\r\n\r\n', 'the status line is not valid'],
    ['HTTP/1.1 200 OK\r\nNo colon\r\n\r\n', 'a header is not valid'],
    ['HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n', 'a header is not valid'],
    ['HTTP/1.1 200 OK\r\nA : b\r\n\r\n', 'a header is not valid'],
    ['HTTP/1.1 101 Switching\r\n\r\n', 'the server switched protocols without being asked'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 'two different'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n', 'the Content-Length is not a number'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort', 'closed in the middle'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'the transfer coding is not'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'the size of a chunk is not valid'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n', 'the size of a chunk is not valid'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n', 'a chunk is longer than it said'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc', 'closed in the middle'],
    [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(2000)}`, 'too long'],
    [`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(6000)}\r\n`, 'longer than 32 KiB'],
    [`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(40_000)}`, 'longer than 32 KiB'],
    ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(2000), 'longer than 32 KiB'],
    ['', 'closed in the middle'],
  ])('%j is broken: %s', (text, problem) => {
    expect(readText(text.slice(0, 50_000))).toMatchObject({
      progress: 'broken',
      problem: expect.stringContaining(problem),
    })
  })

  test('without a body ends with its headers', () => {
    for (const status of [204, 304]) {
      expect(readText(`HTTP/1.1 ${status} Nothing\r\nContent-Length: 5\r\n\r\n`)).toMatchObject({
        progress: 'done',
        body: '',
      })
    }
    expect(readText('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).toMatchObject({
      progress: 'done',
      body: '',
    })
  })

  test.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na', true],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: x, Close\r\n\r\na', false],
    ['HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', false],
    ['HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na', true],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab', false],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', false],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', true],
  ])('%j leaves the connection usable: %s', (text, reusable) => {
    const parser = new ResponseParser(maxBody)
    const bytes = Buffer.from(text)
    expect(parser.push(bytes, bytes.length)).toBe('done')
    expect(parser.reusable).toBe(reusable)
  })

  test('leaves nothing behind for the next one', () => {
    const parser = new ResponseParser(maxBody)
    const first = Buffer.from('HTTP/1.1 500 No\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel')
    parser.push(first, first.length)
    parser.reset()
    const second = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    expect(result(parser, parser.push(second, second.length))).toEqual(read(second))
  })
})
