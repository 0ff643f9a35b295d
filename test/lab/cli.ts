import { argv, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { install } from './machine/apt.ts'
import { build, labDown, labUp } from './kubernetes/cluster.ts'
import { runConformance } from './checks/conformance.ts'
import { startApiServer, stopApiServer } from './kubernetes/control-plane.ts'
import { gateways, gatewayOf, isGatewayName, type GatewayName } from './gateways/list.ts'
import { proveGateways } from './gateways/prove.ts'
import { kubectlHere } from './kubernetes/kubectl.ts'
import { inPlace } from './nodes/network.ts'
import { kubeconfigPath } from './paths.ts'
import { peerDown, peerUp, startPeer, stopPeer } from './peer/peer.ts'
import { passThrough } from './machine/process.ts'
import { progress } from './machine/progress.ts'
import { selftest, selftestCilium } from './checks/selftest.ts'
import { hasCilium, presentState, serviceProxies, type ServiceProxy } from './kubernetes/state.ts'
import { labStatus } from './kubernetes/status.ts'

const usage = `A real Kubernetes cluster on this machine, for the tests (docs/lab.md).

usage: npm run lab -- COMMAND
  up [--nodes 2] [--proxy PROXY] [--log-max-size 10Mi] [--with GATEWAY,…] [--gateway-replicas 1]
                        bring the lab up, or change it to this; without --with it has no gateway
  down                  take it down; nothing stays
  status                show how it is; exit code 0 when it is up
  kubeconfig            print the path of its kubeconfig
  kubectl ARGS…         run its kubectl
  in PLACE COMMAND…     run a command in the network of a node (node1, …) or of the client outside
  api stop|start        end the API server as a crash would, and bring it back
  peer up|down          bring up another cluster beside it, context peer, or end it
  peer stop|start       end its API server as a crash would, and bring it back
  conformance [--all]   run Kubernetes' own tests of session affinity; --all takes half an hour
  selftest              bring the lab up and down, through crashes, and look for traces
  selftest cilium       the same through all ways to have Cilium
  selftest gateways [GATEWAY,…]
                        show the affinity of the gateways that the lab has
  build [--proxy PROXY] [--with GATEWAY,…]
                        build the programs and images for that into the cache
  install               install the Debian packages that the lab needs
proxies: ${serviceProxies.join(', ')}
gateways: ${Object.keys(gateways).join(', ')}
`

class UsageError extends Error {}

const print = (line: string): void => {
  stdout.write(`${line}\n`)
}

function serviceProxy(value: string): ServiceProxy {
  const proxy = serviceProxies.find((name) => name === value)
  if (proxy === undefined) throw new UsageError(`--proxy is one of ${serviceProxies.join(', ')}`)
  return proxy
}

function gatewayNames(value: string): GatewayName[] {
  const names = value.split(',').filter(Boolean)
  for (const name of names)
    if (!isGatewayName(name))
      throw new UsageError(`no such gateway: ${name}; ${Object.keys(gateways).join(', ')}`)
  return names.filter((name) => isGatewayName(name))
}

async function up(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: 'string', default: '2' },
      proxy: { type: 'string', default: 'iptables' },
      'log-max-size': { type: 'string', default: '10Mi' },
      with: { type: 'string', default: '' },
      'gateway-replicas': { type: 'string', default: '1' },
    },
  })
  await labUp({
    nodes: Number(values.nodes),
    proxy: serviceProxy(values.proxy),
    logMaxSize: values['log-max-size'],
    gateways: gatewayNames(values.with),
    gatewayReplicas: Number(values['gateway-replicas']),
  })
  return 0
}

const proxyName = (proxy: ServiceProxy = 'iptables'): string =>
  hasCilium(proxy) ? `proxy ${proxy}` : `kube-proxy in ${proxy} mode`

async function status(): Promise<number> {
  const { up, state, nodes, reason } = await labStatus()
  print(up ? `up, ${proxyName(state?.proxy)}` : `not up: ${reason ?? ''}`)
  for (const { name, address, ready } of nodes)
    print(`${name.padEnd(8)}${address.padEnd(14)}${ready ? 'Ready' : 'not ready'}`)
  for (const [name, key] of Object.entries(state?.gateways ?? {}))
    if (isGatewayName(name)) print(gatewayLine(name, key !== ''))
  return up ? 0 : 1
}

function gatewayLine(name: GatewayName, whole: boolean): string {
  const { address, version, namespace } = gatewayOf(name)
  return `${name.padEnd(15)}${address.padEnd(13)}${whole ? version : 'not complete'}, namespace ${namespace}`
}

async function api(args: string[]): Promise<number> {
  presentState()
  if (args[0] === 'stop') await stopApiServer()
  else if (args[0] === 'start') await startApiServer()
  else throw new UsageError('api stop, or api start')
  return 0
}

async function peer(args: string[]): Promise<number> {
  presentState()
  const actions: Record<string, () => Promise<void>> = {
    up: peerUp,
    down: peerDown,
    stop: stopPeer,
    start: startPeer,
  }
  const action = actions[args[0] ?? '']
  if (action === undefined) throw new UsageError('peer up, down, stop or start')
  await action()
  return 0
}

async function inside([place, ...command]: string[]): Promise<number> {
  if (place === undefined || command.length === 0) throw new UsageError('in PLACE COMMAND…')
  const [program, ...args] = inPlace(place, ...command)
  return passThrough(program, args)
}

async function test([part, names = '']: string[]): Promise<void> {
  if (part === undefined) return selftest()
  if (part === 'cilium') return selftestCilium()
  if (part === 'gateways') return proveGateways(gatewayNames(names))
  throw new UsageError('selftest, selftest cilium or selftest gateways')
}

async function buildFor(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { proxy: { type: 'string', default: 'iptables' }, with: { type: 'string', default: '' } },
  })
  await build(serviceProxy(values.proxy), gatewayNames(values.with))
}

const done = async (action: Promise<unknown>): Promise<number> => {
  await action
  return 0
}

async function main(command: string | undefined, args: string[]): Promise<number> {
  switch (command) {
    case 'up':
      return up(args)
    case 'down':
      return done(labDown())
    case 'status':
      return status()
    case 'kubeconfig':
      print(kubeconfigPath())
      return 0
    case 'kubectl':
      return kubectlHere(args)
    case 'in':
      return inside(args)
    case 'api':
      return api(args)
    case 'peer':
      return peer(args)
    case 'conformance':
      return runConformance(parseArgs({ args, options: { all: { type: 'boolean', default: false } } }).values)
    case 'selftest':
      return done(test(args))
    case 'build':
      return done(buildFor(args))
    case 'install':
      return done(install())
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      stdout.write(usage)
      return 0
    default:
      throw new UsageError(`no such command: ${command}`)
  }
}

/** parseArgs reports a user's mistake as a TypeError with a code of this kind. */
const isUsageError = (error: unknown): boolean =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))

try {
  process.exitCode = await main(argv[2], argv.slice(3))
} catch (error) {
  progress(error instanceof Error ? error.message : String(error))
  process.exitCode = isUsageError(error) ? 2 : 1
}
