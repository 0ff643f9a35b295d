/**
 * Applications that make it hard to tell who answered. What counts is that a verdict is never wrong: a Service without
 * affinity is SPREAD and one with affinity STICKY, or the run is INCONCLUSIVE with a reason.
 */

/**
 * What the answers tell: `named`, the pod that gave each of them, so that the verdict has to be found; `unclear`, perhaps
 * not, so that the verdict may be open; `nothing`, so that it has to be.
 */
export type Telling = 'named' | 'unclear' | 'nothing'

export interface Behaviour {
  name: string
  telling: Telling
  /** Node: `name` is the pod's, `n` counts its requests, `http` and `net` are there; listens on 8080. */
  program: string
}

const http = (name: string, telling: Telling, body: string): Behaviour => ({
  name,
  telling,
  program: `http.createServer((req, res) => { n += 1; ${body} }).listen(8080)`,
})

const raw = (name: string, telling: Telling, body: string): Behaviour => ({
  name,
  telling,
  program: `net.createServer((s) => { n += 1; s.on('error', () => {}); ${body} }).listen(8080)`,
})

/** Answers each request on a raw connection, however it is cut. */
const answers = (text: string): string => `s.once('data', () => s.end(${text}))`
const ok = (body: string): string =>
  answers(`'HTTP/1.1 200 OK\\r\\nContent-Length: ' + (${body}).length + '\\r\\n\\r\\n' + ${body}`)

/** Of three pods each finds out which of their names comes first: `leader` is the same in all of them. */
const led = (name: string, body: string): Behaviour => ({
  name,
  telling: 'unclear',
  program: `const names = new Set([name]); let leader = name, left = 60
const ask = () => left-- > 0 && http.get({ host: name.replace(/-[^-]+-[^-]+$/, ''), port: 80, path: '/self', agent: false }, (res) => {
  let text = ''
  res.on('data', (part) => (text += part)).on('end', () => { names.add(text); leader = [...names].sort()[0]; setTimeout(ask, 40) })
}).on('error', () => setTimeout(ask, 300))
ask()
http.createServer((req, res) => { n += 1; if (req.url === '/self') return void res.end(name); ${body} }).listen(8080)`,
})

export const behaviours: readonly Behaviour[] = [
  http('name', 'named', 'res.end(name)'),
  http('name in JSON', 'named', 'res.end(JSON.stringify({ pod: name, at: Date.now() }))'),
  http('name in a header', 'named', "res.setHeader('x-served-by', name); res.end('ok')"),
  http('name in capitals', 'named', 'res.end(name.toUpperCase())'),
  http('name amid markup', 'named', 'res.end(`<b>${name}</b><p>${Math.random()}`)'),
  http('name with a port', 'named', 'res.end(`http://${name}:8080/`)'),
  http('name after a megabyte', 'unclear', "res.end('x'.repeat(1e6) + ' ' + name)"),
  http('name after 60 kB', 'named', "res.end('x'.repeat(6e4) + ' ' + name)"),
  http('name in 500', 'named', 'res.statusCode = 500; res.end(name)'),
  http('name in 404', 'named', 'res.statusCode = 404; res.end(name)'),
  http('name in a redirect', 'named', "res.writeHead(302, { location: '/' }); res.end(name)"),
  http('name in chunks', 'named', 'res.write(name.slice(0, 9)); setImmediate(() => res.end(name.slice(9)))'),
  http('name byte by byte', 'named', '[...name].forEach((c) => res.write(c)); res.end()'),
  http('name, slowly', 'named', 'setTimeout(() => res.end(name), 300)'),
  http('name, sometimes too late', 'unclear', 'setTimeout(() => res.end(name), n % 9 === 0 ? 800 : 0)'),
  http(
    'name and a cookie each time',
    'named',
    "res.setHeader('set-cookie', 'id=' + Math.random()); res.end(name)",
  ),
  http('name and a bell', 'named', String.raw`res.end('\x1b]0;owned\x07' + name + '\u202e')`),
  http('name amid zeros', 'named', String.raw`res.end('\0\0' + ' ' + name + ' ' + '\0')`),
  http('name after 103', 'named', "res.writeEarlyHints({ link: '</a>; rel=preload' }); res.end(name)"),
  http('half of a name', 'unclear', 'res.end(name.slice(0, -3))'),
  http('name only at first', 'unclear', "res.end(n < 4 ? name : 'later')"),
  http('name every other time', 'unclear', "res.end(n % 2 ? name : 'none')"),
  http('one name for all', 'unclear', "res.end('leader web-0')"),
  http('name of a stranger', 'unclear', "res.end('pod-' + Math.floor(Math.random() * 3))"),
  http('nothing', 'unclear', 'res.end()'),
  http('204', 'unclear', 'res.statusCode = 204; res.end()'),
  http('the same', 'unclear', "res.end('hello')"),
  http('a clock in seconds', 'unclear', 'res.end(String(Math.floor(Date.now() / 1000)))'),
  http('a clock in milliseconds', 'unclear', 'res.end(String(Date.now()))'),
  http('a date in a header', 'unclear', "res.setHeader('date', new Date().toUTCString()); res.end('x')"),
  http('one of two texts', 'unclear', "res.end(Math.random() < 0.5 ? 'a' : 'b')"),
  http('one of a hundred texts', 'unclear', 'res.end(String(Math.floor(Math.random() * 100)))'),
  http('a counter', 'unclear', 'res.end(String(n))'),
  http('a counter modulo 2', 'unclear', 'res.end(String(n % 2))'),
  http('something new', 'unclear', 'res.end(String(Math.random()))'),
  http('warming up, then ready', 'unclear', "res.end(n < 9 ? 'warming up' : 'ready')"),
  http('503 for half', 'unclear', "res.statusCode = Math.random() < 0.5 ? 503 : 200; res.end('x')"),
  http('500 always', 'unclear', "res.statusCode = 500; res.end('oops')"),
  http('401', 'unclear', "res.writeHead(401, { 'www-authenticate': 'Basic' }); res.end()"),
  http('429 for most', 'unclear', 'res.statusCode = n % 5 ? 429 : 200; res.end()'),
  http(
    'a redirect to nowhere',
    'unclear',
    "res.writeHead(301, { location: 'http://nowhere.invalid/' }); res.end()",
  ),
  http('a redirect to itself', 'unclear', "res.writeHead(307, { location: '/' }); res.end()"),
  http(
    'compressed',
    'unclear',
    "res.setHeader('content-encoding', 'gzip'); res.end(require('zlib').gzipSync(name))",
  ),
  http('reset, one in ten', 'unclear', 'n % 10 === 0 ? req.socket.resetAndDestroy() : res.end(name)'),
  http('reset, every other', 'unclear', 'n % 2 === 0 ? req.socket.resetAndDestroy() : res.end(name)'),
  http('closes, one in ten', 'unclear', 'n % 10 === 0 ? req.socket.destroy() : res.end(name)'),
  http(
    'half of an answer',
    'unclear',
    "res.writeHead(200, { 'content-length': 99 }); res.write(name); req.socket.end()",
  ),
  http('name, then a reset', 'unclear', 'res.end(name, () => req.socket.resetAndDestroy())'),
  led('leader in a header', "res.setHeader('x-leader', leader); res.end('ok')"),
  led('leader in a redirect', "res.writeHead(302, { location: 'http://' + leader + '/' }); res.end()"),
  led('leader in 404', "res.statusCode = 404; res.end('ask ' + leader)"),
  led(
    'itself and the leader, in any order',
    'res.end([name, leader].sort(() => Math.random() - 0.5).join())',
  ),
  led(
    'leader in 503, from those who follow it',
    "if (leader !== name) res.statusCode = 503; res.end('leader ' + leader)",
  ),
  led('all members', 'res.end([...names].sort().join())'),
  led('one of the members', 'res.end([...names][Math.floor(Math.random() * names.size)])'),
  raw('reset', 'nothing', "s.once('data', () => s.resetAndDestroy())"),
  raw('hangs', 'nothing', 's.resume()'),
  raw('closes at once', 'unclear', 's.end()'),
  raw('closes after the request', 'unclear', "s.once('data', () => s.end())"),
  raw('a broken status line', 'unclear', answers(String.raw`'HTTP/1.1 two hundred\r\n\r\n'`)),
  raw('an unknown version', 'unclear', answers(String.raw`'HTTP/3.9 200 OK\r\n\r\n'`)),
  raw('no status', 'unclear', answers(String.raw`'HTTP/1.1\r\n\r\n'`)),
  raw(
    'a header of 1 MB',
    'unclear',
    answers(String.raw`'HTTP/1.1 200 OK\r\nx: ' + 'x'.repeat(1e6) + '\r\n\r\n'`),
  ),
  raw(
    'a header without a colon',
    'unclear',
    answers(String.raw`'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n' + name`),
  ),
  raw(
    'two lengths',
    'unclear',
    answers(String.raw`'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde'`),
  ),
  raw(
    'a length that is none',
    'unclear',
    answers(String.raw`'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx'`),
  ),
  raw('a negative length', 'unclear', answers(String.raw`'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx'`)),
  raw(
    'a chunk that is none',
    'unclear',
    answers(String.raw`'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'`),
  ),
  raw(
    'interim answers without end',
    'unclear',
    answers(String.raw`'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1e4)`),
  ),
  raw('lines that end with LF only', 'named', answers(String.raw`'HTTP/1.1 200 OK\n\n' + name`)),
  raw('HTTP/1.0 until the end', 'named', answers(String.raw`'HTTP/1.0 200 OK\r\n\r\n' + name`)),
  raw(
    'more than was promised',
    'named',
    answers(
      String.raw`'HTTP/1.1 200 OK\r\nContent-Length: ' + name.length + '\r\n\r\n' + name + 'HTTP/1.1 200 OK\r\n\r\n'`,
    ),
  ),
  raw('answers before it is asked', 'unclear', String.raw`s.end('HTTP/1.1 200 OK\r\n\r\n' + name)`),
  raw('raw, with its length', 'named', ok('name')),
  raw('HTTP/2 at once', 'unclear', "s.write(Buffer.from('000006040000000000000300000064', 'hex'))"),
  raw(
    'HTTP/2 only',
    'unclear',
    "s.once('data', (d) => String(d).startsWith('PRI') ? s.write(Buffer.from('000000040000000000', 'hex')) : s.end())",
  ),
  raw(
    'SMTP',
    'unclear',
    String.raw`s.write('220 ' + name + ' ESMTP\r\n'); s.on('data', () => s.write('502\r\n'))`,
  ),
  raw('HTTP/0.9', 'unclear', answers('name')),
  raw(
    'no reason',
    'named',
    answers(String.raw`'HTTP/1.1 200\r\nContent-Length: ' + name.length + '\r\n\r\n' + name`),
  ),
  raw('SSH', 'unclear', String.raw`s.write('SSH-2.0-x\r\n')`),
  raw('Redis', 'unclear', String.raw`s.on('data', () => s.write('-ERR unknown command\r\n'))`),
  raw('its name in a line', 'unclear', String.raw`s.end(name + '\n')`),
  raw('random bytes', 'unclear', "s.end(require('crypto').randomBytes(99))"),
  raw(
    'bytes without end',
    'unclear',
    "const go = () => { while (s.writable && s.write('x'.repeat(9e3))); }; s.on('drain', go); go()",
  ),
  raw(
    'a byte a second',
    'nothing',
    "const t = setInterval(() => s.write('x'), 1000); s.on('close', () => clearInterval(t))",
  ),
  http('name in one of two languages', 'named', "res.end((n % 2 ? 'Bonjour de ' : 'Hello from ') + name)"),
  http(
    'name in a header, compressed',
    'named',
    "res.setHeader('x-served-by', name); res.setHeader('content-encoding', 'gzip'); res.end(require('zlib').gzipSync('hello'))",
  ),
  http('name after 100 and 102', 'named', 'res.writeContinue(); res.writeProcessing(); res.end(name)'),
  http('name and close', 'named', "res.setHeader('connection', 'close'); res.end(name)"),
  http('name before that of a stranger', 'named', "res.end(name + ' after web-7d9f8b6c5-x2x4z')"),
  http(
    'name in a trailer',
    'unclear',
    "res.setHeader('trailer', 'x-pod'); res.write('ok'); res.addTrailers({ 'x-pod': name }); res.end()",
  ),
  http('name in base64', 'unclear', "res.end(Buffer.from(name).toString('base64'))"),
  http('name in UTF-16', 'unclear', "res.end(Buffer.from(name, 'utf16le'))"),
  http(
    'name letter by letter in markup',
    'unclear',
    "res.end([...name].map((c) => '<b>' + c + '</b>').join(''))",
  ),
  http('name in chunks without end', 'unclear', 'setInterval(() => res.write(name), 50).unref()'),
  http('405', 'unclear', "res.statusCode = 405; res.setHeader('allow', 'HEAD'); res.end()"),
  http(
    'name, and an end after 15 requests',
    'unclear',
    'res.end(name); if (n === 15) setTimeout(() => process.exit(1), 10)',
  ),
  http('name, after the time is over', 'nothing', 'setTimeout(() => res.end(name), 3000)'),
  raw(
    'name in the reason',
    'unclear',
    answers("'HTTP/1.1 200 ' + name + '\\r\\nContent-Length: 0\\r\\n\\r\\n'"),
  ),
  raw(
    'name in a folded header',
    'unclear',
    answers("'HTTP/1.1 200 OK\\r\\nX-Pod: a\\r\\n ' + name + '\\r\\nContent-Length: 0\\r\\n\\r\\n'"),
  ),
  raw(
    '101',
    'unclear',
    answers("'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\nConnection: upgrade\\r\\n\\r\\n' + name"),
  ),
  {
    name: 'name, and a readiness that flaps',
    telling: 'unclear',
    program:
      'const serve = () => { const s = http.createServer((_, res) => res.end(name)).listen(8080); setTimeout(() => { s.close(); s.closeAllConnections(); setTimeout(serve, 1500) }, 2000 + 3000 * Math.random()) }; serve()',
  },
]

/** Those that tell nothing of themselves, and may be known by what they answer: asked with `--fingerprint` as well. */
export const nameless: readonly Behaviour[] = behaviours.filter(({ name }) =>
  [
    'nothing',
    'the same',
    'a clock in seconds',
    'one of two texts',
    'one of a hundred texts',
    'a counter',
    'a counter modulo 2',
    'something new',
    'warming up, then ready',
    '503 for half',
    'half of a name',
    'one name for all',
  ].includes(name),
)
