import { stderr, stdout } from '../cli/terminal.ts'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import type { Interrupt } from '../cli/interrupt.ts'
import { withInterrupt } from '../cli/session.ts'
import { countFlag, listFlag } from '../cli/flags/values.ts'
import { usageError } from '../model/common/user-error.ts'
import { type GatewayName, gatewayNames, proxyModes } from '../sandbox/choices.ts'
import type { Sandbox, SandboxOptions } from '../sandbox/index.ts'

export default class SandboxCommand extends BaseCommand {
  static override summary = 'Run a miniature cluster in this process, to try things without a cluster.'
  static override description = [
    'It is a simulation: an API server on loopback that knows what this plugin and everyday kubectl need, pods that are small servers on addresses of 127.0.0.0/8, and Service proxies with the affinity of the real ones. It starts with three pods behind the Service "sample-clusterip", serves until Ctrl-C, and leaves nothing.',
    'With --with it has gateways: ingress-nginx, Traefik, Istio and Envoy Gateway, each with the cookies and hashes of the real one.',
    'With a command after -- it runs that with KUBECONFIG set, and ends with it.',
    'Faults, as NAME[@WHEN][:FOR]: api-disconnect, slow-api, 429, conflict, watch-expired, log-truncate, evict, image-pull, ignore-affinity, forget-clients. What each does and what the sandbox cannot do is in docs/sandbox.md.',
  ].join('\n\n')
  static override usage =
    'kubectl affinity sandbox [--nodes=3] [--proxy=nftables] [--with=GATEWAY,...] [--fault=NAME[@WHEN][:FOR]...] [-- COMMAND [ARGS...]]'
  static override examples = [
    {
      description: 'Start a cluster; use it from another terminal as it says',
      command: 'kubectl affinity sandbox',
    },
    {
      description: 'Probe once in a cluster that is gone afterwards',
      command: 'kubectl affinity sandbox -- kubectl affinity probe svc/sample-clusterip --path /podinfo',
    },
    {
      description: 'What a probe makes of an API server that goes away for 3 seconds',
      command: 'kubectl affinity sandbox --fault api-disconnect@5s:3s',
    },
  ]
  static override flags = {
    nodes: countFlag({ description: 'Number of nodes.', default: 3, helpValue: '3', min: 1, max: 100 }),
    proxy: Flags.option({ options: proxyModes })({
      description:
        'The Service proxy whose affinity is simulated: iptables, nftables, ipvs, kube-router, cilium, antrea or ovn.',
      default: 'nftables',
    }),
    with: listFlag({
      description: `Gateways in front of Services. One or more of: (${gatewayNames.join(', ')}), with commas between them.`,
    }),
    fault: listFlag({ description: 'Something that goes wrong; can be repeated.' }),
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(SandboxCommand)
    const command = wordsAfterDashes(this.argv)
    if (argv.length > command.length) {
      throw usageError(
        `sandbox takes no arguments, got "${String(argv[0])}"`,
        'a command to run comes after --',
      )
    }
    const gateways = gatewaysIn(flags.with ?? [])
    const { parseFault } = await import('../sandbox/faults.ts')
    const faults = (flags.fault ?? []).map((text) => parseFault(text))
    return await withInterrupt(({ interrupt }) =>
      serve({ nodes: flags.nodes ?? 3, proxy: flags.proxy, faults, gateways }, command, interrupt),
    )
  }
}

type Options = Omit<SandboxOptions, 'sample'>

async function serve(options: Options, command: readonly string[], interrupt: Interrupt): Promise<number> {
  const { endSoon, startSandbox } = await import('../sandbox/index.ts')
  const sandbox = await startSandbox({
    ...options,
    sample: true,
  })
  try {
    await sandbox.ready
    if (command.length > 0) {
      const { runInside } = await import('../sandbox/run-inside.ts')
      return await runInside(command, sandbox.kubeconfig, interrupt.first)
    }
    stdout.write(`export KUBECONFIG=${sandbox.kubeconfig}\n`)
    stderr.write(`${introduction(options, sandbox.gateway)}\n`)
    await new Promise<void>((resolve) =>
      interrupt.first.addEventListener('abort', () => resolve(), { once: true }),
    )
    return interrupt.exitCode ?? 0
  } finally {
    await sandbox.stop()
    endSoon()
  }
}

function wordsAfterDashes(words: readonly string[]): string[] {
  const index = words.indexOf('--')
  return index < 0 ? [] : words.slice(index + 1)
}

function gatewaysIn(lists: readonly string[]): GatewayName[] {
  const words = lists.flatMap((list) => list.split(',')).filter((word) => word !== '')
  const isName = (word: string): word is GatewayName => (gatewayNames as readonly string[]).includes(word)
  const wrong = words.find((word) => !isName(word))
  if (wrong !== undefined)
    throw usageError(`the sandbox knows no gateway "${wrong}"`, `there are ${gatewayNames.join(', ')}`)
  return [...new Set(words.filter((word) => isName(word)))]
}

function introduction({ nodes, proxy, gateways = [] }: Options, gateway: Sandbox['gateway']): string {
  return [
    '',
    `A simulated cluster with ${nodes} ${nodes === 1 ? 'node' : 'nodes'} and the affinity of ${proxy}. In another terminal, after the line above:`,
    '  kubectl get pods,services',
    '  kubectl affinity probe svc/sample-clusterip --path /podinfo',
    ...gateways.map((name) => {
      const { address, reachedAt } = gateway(name)
      return `${name} listens on ${address}:80, for this machine on ${reachedAt}`
    }),
    'Ctrl-C ends it and leaves nothing.',
  ].join('\n')
}
