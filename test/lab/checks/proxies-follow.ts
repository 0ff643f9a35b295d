import { setTimeout as sleep } from 'node:timers/promises'
import { inPlace } from '../nodes/network.ts'
import { tryRun, waitFor } from '../machine/process.ts'
import { hasCilium, type ServiceProxy } from '../kubernetes/state.ts'

const metrics = ['curl', '--silent', '--fail', '--max-time', '5', 'http://127.0.0.1:10249/metrics']

/** When a family's rules were last queued to be changed, and when they were last written, in seconds. */
const times = /^kubeproxy_sync_proxy_rules_last(_queued)?_timestamp_seconds\{ip_family="(IPv\d)"\} (\S+)$/gm

/** True when kube-proxy on a node has written all changes that it knows of into the rules. */
async function isDone(node: string): Promise<boolean> {
  const [program, ...args] = inPlace(node, ...metrics)
  // On a busy machine an answer may take longer than is waited for it.
  const { code, stdout } = await tryRun(program, args)
  if (code !== 0) return false
  const found = [...stdout.matchAll(times)]
  const written = new Map(
    found.filter(([, queued]) => !queued).map(([, , family, at]) => [family, Number(at)]),
  )
  const queued = found.filter(([, queued]) => queued)
  return queued.length > 0 && queued.every(([, , family, at]) => (written.get(family) ?? 0) >= Number(at))
}

/** Waits until the Service proxies of these nodes have followed what the API server holds. */
export async function proxiesFollow(proxy: ServiceProxy, nodes: readonly string[]): Promise<void> {
  if (hasCilium(proxy)) return await sleep(2500)
  // Endpoints follow pods, and reach kube-proxy; then it waits up to a second between two changes of its rules.
  await sleep(700)
  for (const node of nodes) await waitFor(`kube-proxy on ${node} to follow`, 60, () => isDone(node))
}
