import http2 from 'node:http2'
import { expect, test } from 'vitest'
import { configFor, observe } from '../../support/observe.ts'
import { listen, respond } from '../../support/servers.ts'

const plain = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npod-1'

test('a server is asked in HTTP/2 by prior knowledge, with the cookies that it set', async () => {
  const asked: (string | undefined)[] = []
  const server = http2.createServer((request, response) => {
    asked.push([request.headers[':authority'], request.url, request.headers.cookie].join(' '))
    response.setHeader('set-cookie', ['route=a; Path=/', 'other=b; Path=/x'])
    response.end('pod-1')
  })
  const config = configFor(await listen(server), {
    requests: 3,
    isHttp2: true,
    path: '/a',
    hostHeader: 'shop.lab',
    needles: [['pod-1']],
    sessions: [{ jar: true }],
    cookieSalt: 'salt',
  })
  const { observations, end } = await observe(config)
  expect(asked).toEqual(['shop.lab /a ', 'shop.lab /a route=a', 'shop.lab /a route=a'])
  expect(observations).toMatchObject([
    {
      outcome: 'answered',
      status: 200,
      identity: { value: 'pod-1' },
      cookies: [{ name: 'route' }, { name: 'other' }],
    },
    { cookiesSent: ['route'] },
    { cookiesSent: ['route'] },
  ])
  expect(end).toMatchObject({ requests: 3, connections: 3 })
})

test('one connection is kept for all requests where that is asked for, and redirects are followed', async () => {
  const server = http2.createServer((request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/there' }).end()
    else response.end('pod-1')
  })
  const config = configFor(await listen(server), {
    requests: 3,
    isHttp2: true,
    keepAlive: true,
    concurrency: 1,
    redirects: 2,
  })
  const { observations, end } = await observe(config)
  expect(observations.map(({ redirects, status }) => [redirects, status])).toEqual([
    [1, 200],
    [1, 200],
    [1, 200],
  ])
  expect(end.connections).toBe(1)
})

test('who speaks HTTP/1 only is told', async () => {
  const { observations, failures } = await observe(configFor(await respond(plain), { isHttp2: true }))
  expect(observations).toMatchObject([{ outcome: 'protocol' }])
  expect(failures[0]?.message).toMatch(/^the server does not speak HTTP\/2 here/)
})
