/**
 * Gives an address to every Service of type LoadBalancer, as the controller of a cloud does. Services with a class of
 * their own are another controller's, and one that has an address keeps it. The addresses lead to the first node.
 * usage: node load-balancers.ts KUBECONFIG
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { argv } from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { automaticLoadBalancers, loadBalancerAddress } from './addresses.ts'

interface Service {
  metadata: { namespace: string; name: string; resourceVersion: string }
  spec: { type?: string; loadBalancerClass?: string; loadBalancerIP?: string; ipFamilies?: string[] }
  status: { loadBalancer: { ingress?: { ip?: string }[] } }
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { user: { token: string } }[]
}

const config: Kubeconfig = parse(readFileSync(argv[2] ?? '', 'utf8'))
const cluster = config.clusters[0]!.cluster
const ca = Buffer.from(cluster['certificate-authority-data'], 'base64')

function ask(path: string, method = 'GET', body?: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${config.users[0]!.user.token}`,
      'Content-Type': 'application/merge-patch+json',
    }
    request(`${cluster.server}${path}`, { method, ca, headers }, resolve)
      .once('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Addresses in use, by Service. */
const used = new Map<string, string[]>()

function freeHost(): number {
  const taken = new Set([...used.values()].flat())
  const host = automaticLoadBalancers.find((number) => !taken.has(loadBalancerAddress(number)[0]))
  if (host === undefined) throw new Error('all addresses of load balancers are in use')
  return host
}

/** The addresses for a Service: the one that it asks for, or a free one; of its families. */
function addressesFor({ spec }: Service): string[] {
  if (spec.loadBalancerIP) return [spec.loadBalancerIP]
  const [ipv4, ipv6] = loadBalancerAddress(freeHost())
  return (spec.ipFamilies ?? ['IPv4']).map((family) => (family === 'IPv6' ? ipv6 : ipv4))
}

async function follow(type: string, service: Service): Promise<void> {
  const { namespace, name, resourceVersion } = service.metadata
  const key = `${namespace}/${name}`
  const present = service.status.loadBalancer.ingress?.flatMap(({ ip }) => ip ?? []) ?? []
  if (type === 'DELETED' || service.spec.type !== 'LoadBalancer') used.delete(key)
  else if (service.status.loadBalancer.ingress !== undefined) used.set(key, present)
  else if (service.spec.loadBalancerClass === undefined) {
    const addresses = addressesFor(service)
    const answer = await ask(`/api/v1/namespaces/${namespace}/services/${name}/status`, 'PATCH', {
      // Refused when somebody has written meanwhile: the watch will tell.
      metadata: { resourceVersion },
      status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) } },
    })
    answer.resume()
    if (answer.statusCode === 200) used.set(key, addresses)
  }
}

/** Watches all Services until the API server ends the watch or itself. */
async function watch(): Promise<void> {
  used.clear()
  const events = await ask('/api/v1/services?watch=1')
  for await (const line of createInterface({ input: events })) {
    const { type, object }: { type: string; object: Service } = JSON.parse(line)
    if (type === 'ERROR') return
    await follow(type, object)
  }
}

for (;;) {
  await watch().catch((error: unknown) => console.error(error))
  await sleep(500)
}
