/** `physical` and `logical` as they are in a pod: what `reach` and `logical` of an address plan do, in plain JavaScript. */
export const translation = `
const replaced = (host, pattern, to) => (typeof host === 'string' ? host.replace(pattern, to) : host)
const physical = (host) => replaced(
  replaced(host, /^240[.](?!0[.]|255[.])/, '127.'),
  /^2001:db8:([0-9]+)::(?:([0-9]+):)?([0-9]+)$/,
  (_, x, t = 0, h) => ['127', t < 128 ? Number(x) + 1 : x, t, h].join('.'),
)
const logical = (host) => replaced(
  host,
  /^127[.](?!0[.]|255[.])([0-9]+)[.]([0-9]+)[.]([0-9]+)$/,
  (_, x, t, h) => (x % 2 === 0 ? ['240', x, t, h].join('.') : '2001:db8:' + (x - 1) + '::' + (t === '0' ? h : t + ':' + h)),
)
`

/**
 * What a pod's process runs before its program: makes the machine look like a pod. Servers listen on the pod's address,
 * connections come from it, the host has the pod's name, and names are those of the cluster. Plain JavaScript, for Node and Bun. Ends the process when
 * the sandbox is gone, however that ended.
 */
export const prelude = `{
const net = require('node:net'), dgram = require('node:dgram'), os = require('node:os'), dns = require('node:dns'), http = require('node:http'), https = require('node:https')
const { SANDBOX_POD_IP: ip, SANDBOX_POD_IPV6: ip6, SANDBOX_PHYSICAL_IP: own, SANDBOX_POD_NAME: name, SANDBOX_LOWEST_PORT: lowest, SANDBOX_DNS: server, SANDBOX_SEARCH: search, SANDBOX_PID: sandbox } = process.env
for (const key of Object.keys(process.env)) if (/^(SANDBOX_|BUN_BE_BUN)/.test(key)) delete process.env[key]
process.env.HOSTNAME = name
const open = (port) => (port > 0 && port < Number(lowest) ? Number(port) + 20000 : Number(port))
os.hostname = () => name
const mac = '0a:00:00:00:00:01'
os.networkInterfaces = () => ({ eth0: [
  { address: ip, netmask: '255.255.255.0', family: 'IPv4', mac, internal: false, cidr: ip + '/24' },
  { address: ip6, netmask: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:0', family: 'IPv6', mac, internal: false, cidr: ip6 + '/112', scopeid: 0 },
] })
${translation}const familyOf = (host) => (net.isIPv6(host) ? 'IPv6' : 'IPv4')
const remote = Object.getOwnPropertyDescriptor(net.Socket.prototype, 'remoteAddress')
const peer = net.Socket.prototype._getpeername
if (remote?.get && remote.configurable) Object.defineProperty(net.Socket.prototype, 'remoteAddress', { ...remote, get() { return logical(remote.get.call(this)) } })
// Node's own getter cannot be replaced; this is what it asks.
else if (peer) net.Socket.prototype._getpeername = function () {
  const name = peer.call(this)
  if (!name?.address) return name
  const address = logical(name.address)
  return { ...name, address, family: familyOf(address) }
}
const where = (given) => (given && typeof given === 'object' ? given : typeof given === 'function' ? {} : { port: given })
for (const { prototype } of [net.Server, http.Server, https.Server]) {
  if (!Object.hasOwn(prototype, 'listen')) continue
  const listen = prototype.listen
  prototype.listen = function (first, ...rest) {
    const given = where(first)
    if (given.path !== undefined || given.fd !== undefined) return listen.call(this, first, ...rest)
    const done = [first, ...rest].find((one) => typeof one === 'function')
    return listen.call(this, { ...given, port: open(given.port ?? 0), host: own }, ...(done ? [done] : []))
  }
}
const resolver = new dns.promises.Resolver()
resolver.setServers([server])
const resolve = async (host, family) => {
  // "options ndots:5"
  const found = search.split(' ').map((domain) => host + '.' + domain)
  const names = host.endsWith('.') ? [host.slice(0, -1)] : host.split('.').length > 5 ? [host, ...found] : [...found, host]
  for (const name of names) {
    const [four, six] = await Promise.all([4, 6].map((one) => (family === 0 || family === one ? resolver['resolve' + one](name).catch(() => []) : [])))
    const all = [...four.map((address) => ({ address, family: 4 })), ...six.map((address) => ({ address, family: 6 }))]
    if (all.length > 0) return all
  }
  throw Object.assign(new Error('getaddrinfo ENOTFOUND ' + host), { errno: -3008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host })
}
const isLocal = (host) => !host || host === 'localhost' || net.isIP(host) !== 0
const lookup = dns.lookup
dns.lookup = (host, options, done = options) => {
  if (isLocal(host)) return lookup(host, options, done)
  const { family = 0, all = false } = typeof options === 'number' ? { family: options } : (options ?? {})
  resolve(host, Number(String(family).replace('IPv', ''))).then(
    (found) => process.nextTick(done, null, ...(all ? [found] : [found[0].address, found[0].family])),
    (error) => process.nextTick(done, error),
  )
}
const socketOf = ({ address }) => ({ address: physical(address), family: net.isIP(physical(address)) })
const physicalLookup = (given) => (host, options, done) =>
  (given ?? dns.lookup)(host, options, (error, found) => {
    if (error || Array.isArray(found)) return done(error, found?.map(socketOf))
    const { address, family } = socketOf({ address: found })
    done(null, address, family)
  })
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (first, ...rest) {
  const from = (given) => ((given.path ?? undefined) === undefined ? { localAddress: own, ...given, host: physical(given.host), port: open(given.port), lookup: physicalLookup(given.lookup) } : given)
  if (Array.isArray(first)) first[0] = from(first[0])
  else if (first && typeof first === 'object') first = from(first)
  else if (typeof rest[0] === 'string') first = from({ port: first, host: rest.shift() })
  else first = from({ port: first })
  return connect.call(this, first, ...rest)
}
const createSocket = dgram.createSocket
dgram.createSocket = (given, ...rest) => {
  const options = typeof given === 'string' ? { type: given } : given
  return createSocket({ ...options, type: 'udp4', lookup: physicalLookup(options.lookup) }, ...rest)
}
const udp = dgram.Socket.prototype
const { bind, connect: attach, send, emit } = udp
// Also what the socket itself calls before it connects or sends.
udp.bind = function (first, ...rest) {
  const given = where(first)
  const done = [first, ...rest].find((one) => typeof one === 'function')
  return bind.call(this, { ...given, port: open(given.port ?? 0), address: own }, ...(done ? [done] : []))
}
udp.connect = function (port, host, ...rest) {
  return attach.call(this, open(port), physical(host), ...rest)
}
// send(message, [offset, length,] [port, [address,]] [done])
udp.send = function (message, ...rest) {
  const at = typeof rest[1] === 'number' ? 2 : 0
  if (typeof rest[at] === 'number') rest.splice(at, 2, open(rest[at]), physical(rest[at + 1]))
  return send.call(this, message, ...rest)
}
udp.emit = function (event, ...values) {
  if (event === 'message') {
    const address = logical(values[1].address)
    values[1] = { ...values[1], address, family: familyOf(address) }
  }
  return emit.call(this, event, ...values)
}
setInterval(() => {
  try {
    process.kill(Number(sandbox), 0)
  } catch {
    process.exit(1)
  }
}, 500).unref()
}
`
