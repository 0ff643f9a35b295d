/** The commands of the README and what they print, on a sandbox of their own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from '../../src/cluster/index.ts'
import { startSandbox } from '../../src/sandbox/index.ts'

/** A block that begins with a command: ```` ```console ````, `$ kubectl affinity …`, and what it prints. */
const block = /^```console\n\$ kubectl affinity ([^\n]*)\n([\s\S]*?)^```$/gm

/** The commands that a page shows with their output, in their order. */
export function examplesIn(page: string): { command: string; output: string }[] {
  return [...page.matchAll(block)].map(([, command = '', output = '']) => ({ command, output }))
}

/** The page with these outputs, one for each example. */
export function withOutputs(page: string, outputs: readonly string[]): string {
  let next = 0
  return page.replaceAll(block, (_, command: string) => {
    const output = outputs[next++] ?? ''
    return `\`\`\`console\n$ kubectl affinity ${command}\n${output}\`\`\``
  })
}

/** Runs commands one after the other on one cluster, with the executable of `dist`; resolves with what each printed. */
export async function runExamples(commands: readonly string[], dist: string): Promise<string[]> {
  const sandbox = await startSandbox({
    nodes: 3,
    proxy: 'nftables',
    faults: [],
    sample: false,
    gateways: ['ingress-nginx'],
  })
  await sandbox.ready
  const folder = mkdtempSync(join(tmpdir(), 'affinity-readme-'))
  try {
    writeFileSync(join(folder, 'shop.yaml'), misspelt)
    const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: sandbox.kubeconfig }
    await deploy(sandbox.kubeconfig)
    const outputs: string[] = []
    for (const command of commands) {
      const ended = promisify(execFile)(join(dist, 'kubectl-affinity'), command.split(' '), {
        env,
        cwd: folder,
      })
      // A verdict that differs has an exit code of its own, and is printed all the same.
      outputs.push(
        await ended.then(
          ({ stdout }) => stdout,
          ({ stdout }: { stdout: string }) => stdout,
        ),
      )
    }
    return outputs
  } finally {
    await sandbox.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What must be the same in another run: everything but names, addresses, times, counts and what chance decides. */
export function shapeOf(output: string): string[] {
  const lines = output.split('\n').map((line) =>
    line
      .replaceAll(/\bweb-[a-z0-9]+-[a-z0-9]+/g, 'POD')
      .replaceAll(/[█▉▊▋▌▍▎▏]+/g, 'BAR')
      .replaceAll(/\b[ABC]{5,}\b/g, 'STRIP')
      .replaceAll(/[●○]+/g, 'TRIALS')
      .replaceAll(/[─]+/g, '─')
      .replaceAll(/\brounds\b/g, 'round')
      .replaceAll(/\bnode\d\b/g, 'NODE')
      .replaceAll(/\d+(\.\d+)*(e-\d+)?/g, 'N')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )
  // Which pauses a measurement tries, how they turn out, and which requests a busy machine does not answer in time is chance.
  return lines
    .filter((line) => !/TRIALS|^─$|^(pause )?N\w+( ×| N)*$|× N|^note .*failed/.test(line))
    .filter((line, index, all) => !(line === '' && (index === 0 || all[index - 1] === '')))
}

const labels = { app: 'web' }

const service = (name: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }], ...spec },
})

const cartIngress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'cart',
    namespace: 'default',
    annotations: {
      'nginx.ingress.kubernetes.io/affinity': 'cookie',
      'nginx.ingress.kubernetes.io/affinity-mode': 'persistent',
      'nginx.ingress.kubernetes.io/session-cookie-name': 'route',
    },
  },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'shop.example.com',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'cart', port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
}

/** A mistake that the API server takes without a word. */
const misspelt = `apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  sessionAffinty: ClientIP
  selector: {app: shop}
  ports: [{port: 80}]
`

async function deploy(kubeconfig: string): Promise<void> {
  const cluster = await connect(
    { kubeconfig },
    {
      env: {},
      homedir: homedir(),
      version: '0.0.0',
      warn: () => undefined,
      log: () => undefined,
      verbosity: 0,
      interactive: false,
    },
  )
  try {
    const container = { name: 'web', image: 'sandbox/podinfo:1', ports: [{ containerPort: 8080 }] }
    await cluster.create('/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    })
    const services = '/api/v1/namespaces/default/services'
    await cluster.create(services, service('web', {}))
    await cluster.create(services, service('shop', { type: 'NodePort', sessionAffinity: 'ClientIP' }))
    await cluster.create(services, service('cart', {}))
    await cluster.create('/apis/networking.k8s.io/v1/namespaces/default/ingresses', cartIngress)
    const path = '/apis/apps/v1/namespaces/default/deployments/web'
    const ready = async (): Promise<boolean> =>
      (await cluster.get<{ status?: { availableReplicas?: number } }>(path)).status?.availableReplicas === 3
    while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 100))
  } finally {
    cluster.close()
  }
}
