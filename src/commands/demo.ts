import { stdout } from '../cli/terminal.ts'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import type { Interrupt } from '../cli/interrupt.ts'
import { withInterrupt } from '../cli/session.ts'
import type { Cluster } from '../cluster/index.ts'
import { refuseArguments } from '../cli/value-flags.ts'
import { ownCommand, runDemo } from '../demo/run.ts'
import { defaultImage } from '../probe/image/choose.ts'

export default class Demo extends BaseCommand {
  static override summary = 'Show in half a minute what this plugin does, on a miniature cluster of its own.'
  static override description = [
    'Three pods behind a Service without session affinity: explained, probed, pinned, probed again, and put back. Each step shows the command that you would type and its real output.',
    'The cluster is the simulation of "kubectl affinity sandbox", so nothing else is needed. With --on-cluster it is the current context, in a namespace that is made for it and deleted at the end.',
  ].join('\n\n')
  static override usage = 'kubectl affinity demo [--on-cluster [--image=IMAGE]] [options]'
  static override examples = [
    { description: 'Without a cluster', command: 'kubectl affinity demo' },
    {
      description: 'On the cluster of a context',
      command: 'kubectl affinity demo --on-cluster --context kind-kind',
    },
  ]
  static override flags = {
    image: Flags.string({
      description: 'Image with Node 18 or newer for the pods, with --on-cluster.',
      env: 'KUBECTL_AFFINITY_IMAGE',
      default: defaultImage,
    }),
    'on-cluster': Flags.boolean({
      description: 'Use the current context instead of a miniature cluster, in a namespace of its own.',
    }),
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(Demo)
    refuseArguments('demo', argv)
    if (!flags['on-cluster'])
      return await withInterrupt(async ({ interrupt }) => {
        await onSandbox(interrupt)
        return interrupt.exitCode ?? 0
      })
    const words = (['kubeconfig', 'context', 'cluster', 'user'] as const).flatMap((name) =>
      flags[name] === undefined ? [] : [`--${name}`, flags[name]],
    )
    return await this.withCluster(flags, async ({ cluster, interrupt }) => {
      await onCluster(cluster, flags.image, words, interrupt)
      return interrupt.exitCode ?? 0
    })
  }
}

const print = (text: string): void => stdout.write(`${text}\n`)

async function onSandbox(interrupt: Interrupt): Promise<void> {
  const { endSoon, startSandbox } = await import('../sandbox/index.ts')
  const sandbox = await startSandbox({ nodes: 3, proxy: 'nftables', faults: [], sample: true })
  try {
    await sandbox.ready
    print(
      'A miniature cluster runs in this process: a simulation, with three pods behind the Service sample-clusterip.\n',
    )
    const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig }
    await runDemo({ program: ownCommand(), common: [], env, print, interrupted: interrupt.first })
    if (!interrupt.first.aborted)
      print(
        '\nNothing is left of it. Try it yourself:  kubectl affinity sandbox     on a cluster:  kubectl affinity demo --on-cluster',
      )
  } finally {
    await sandbox.stop()
    endSoon()
  }
}

async function onCluster(
  cluster: Cluster,
  image: string,
  words: readonly string[],
  interrupt: Interrupt,
): Promise<void> {
  const { makeDemoNamespace } = await import('../demo/on-cluster.ts')
  const namespace = await makeDemoNamespace(cluster, image)
  try {
    print(`Three pods start in the namespace ${namespace.name}, which is deleted at the end.\n`)
    await namespace.ready(interrupt.first)
    await runDemo({
      program: ownCommand(),
      common: ['-n', namespace.name, ...words],
      env: { ...process.env, KUBECTL_AFFINITY_IMAGE: image },
      print,
      interrupted: interrupt.first,
    })
  } finally {
    await namespace.remove()
    print(`\nnamespace/${namespace.name} deleted`)
  }
}
