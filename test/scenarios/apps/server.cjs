// The application of the scenarios: one program whose paths are the applications that people have. It runs in a pod
// with POD_IP and NODE_IP in its environment; with TLS_CERT and TLS_KEY it serves HTTPS as well.
const { createServer } = require('node:http')
const https = require('node:https')
const net = require('node:net')
const { hostname } = require('node:os')
const { randomUUID } = require('node:crypto')

const instance = randomUUID()
let count = 0
const { POD_IP, NODE_IP, TLS_CERT, TLS_KEY, GRACE_MS = '0' } = process.env

const answers = {
  // Says its addresses, not its name.
  '/podinfo': (response) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ pod_ip: POD_IP, node_ip: NODE_IP }))
  },
  '/whoami': (response, request) => {
    const client = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    const { host = '', 'x-forwarded-for': forwarded = '' } = request.headers
    response.end(`Host=${host} Path=${request.url} From=${hostname()} ClientIP=${client} XFF=${forwarded}\n`)
  },
  // Names itself in a word of its own that is no pod's name.
  '/nickname': (response) => {
    response.setHeader('X-Served-By', `nick-${hostname().split('-').at(-1)}`)
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ server: { id: `nick-${hostname().split('-').at(-1)}` } }))
  },
  '/anonymous': (response) => response.end(`instance ${instance}\n`),
  // Never says the same twice.
  '/unique': (response) => response.end(`request ${randomUUID()} ${'.'.repeat(100)}\n`),
  // Hands each request on to one of two workers, as a proxy in a pod does.
  '/relay': (response) => response.end(`worker-${Math.random() < 0.5 ? 1 : 2}\n`),
  // How many requests were answered, without those that ask for it.
  '/count': (response) => response.end(String(count)),
  '/static': (response) => response.end('OK\n'),
  '/error': (response) => {
    response.statusCode = 500
    response.end(`internal error on ${hostname()}\n`)
  },
  '/error-bare': (response) => {
    response.statusCode = 503
    response.end('Service Unavailable\n')
  },
  '/slow': (response) => setTimeout(() => response.end(hostname()), 300),
  '/endless': (response) => {
    response.write(`${hostname()}\n`)
    const timer = setInterval(() => response.write('x'.repeat(16_384)), 1)
    response.on('close', () => clearInterval(timer))
  },
  '/drip': (response) => {
    const timer = setInterval(() => response.write('.'), 100)
    response.on('close', () => clearInterval(timer))
  },
  '/control': (response) => {
    response.setHeader('X-Evil', 'plain')
    response.end(`\u001B[2J\u001B]0;owned\u0007\u0000\u202E${instance}\n`)
  },
  '/broken': (response) => {
    response.socket?.end('HTTP/9.9 banana\r\nno colon here\r\n\r\n')
  },
  '/reset': (response) => response.socket?.resetAndDestroy(),
}

const handle = (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://any')
  if (pathname !== '/count') count++
  const answer = answers[pathname] ?? answers['/whoami']
  answer(response, request)
}

createServer(handle).listen(8080)
// Where pods may open the port.
createServer(handle)
  .on('error', () => {})
  .listen(80)
net
  .createServer((socket) => {
    socket.on('error', () => {})
    socket.end(`220 ${hostname()} ESMTP ready\r\n`)
  })
  .listen(2525)
if (TLS_CERT !== undefined) https.createServer({ cert: TLS_CERT, key: TLS_KEY }, handle).listen(8443)
process.on('SIGTERM', () => setTimeout(() => process.exit(0), Number(GRACE_MS)))
