import { stdout } from '../cli/terminal.ts'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import type { Interrupt } from '../cli/interrupt.ts'
import { standardOutput } from '../cli/output.ts'
import { withInterrupt } from '../cli/session.ts'
import type { Cluster } from '../cluster/index.ts'
import { ingressesPath, itemPath } from '../cluster/paths.ts'
import { refuseArguments } from '../cli/flags/values.ts'
import { type DemoOptions, ownCommand, runDemo, say, suggest } from '../demo/run.ts'
import { serviceStory } from '../demo/stories/service.ts'
import type { Annotate } from '../demo/stories/step.ts'
import { usageError } from '../model/common/user-error.ts'
import { defaultImage } from '../probe/plan/image/choose.ts'
import type { Sandbox, SandboxOptions } from '../sandbox/index.ts'

export default class Demo extends BaseCommand {
  static override summary = 'Show in half a minute what this plugin does, on a miniature cluster of its own.'
  static override description = [
    'Three pods behind a Service without session affinity: explained, probed, pinned, probed again, and put back. Each step shows the command that you would type and its real output.',
    'The story "cookies" goes through an Ingress of ingress-nginx: users with a cookie that stay, a cookie that never comes back, and a hop that picks another pod in spite of it.',
    'The cluster is the simulation of "kubectl affinity sandbox", so nothing else is needed. With --on-cluster it is the current context, in a namespace that is made for it and deleted at the end.',
  ].join('\n\n')
  static override usage =
    'kubectl affinity demo [--story=service|cookies | --on-cluster [--image=IMAGE]] [options]'
  static override examples = [
    { description: 'Without a cluster', command: 'kubectl affinity demo' },
    {
      description: 'Cookies of an Ingress, and what breaks them',
      command: 'kubectl affinity demo --story cookies',
    },
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
    story: Flags.option({ options: ['service', 'cookies'] as const })({
      description: 'What the demo is about: service or cookies.',
      default: 'service',
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
        const open = (kubeconfig: string): Promise<Cluster> => this.openCluster({ kubeconfig })
        await (flags.story === 'cookies' ? cookiesOnSandbox(open, interrupt) : onSandbox(interrupt))
        return interrupt.exitCode ?? 0
      })
    if (flags.story !== 'service')
      throw usageError(
        'the story "cookies" is told on a miniature cluster only, which has the gateway that it needs',
        'without --on-cluster:  kubectl affinity demo --story cookies',
      )
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

/** What all stories are told with. */
function telling(
  interrupt: Interrupt,
): Pick<DemoOptions, 'program' | 'print' | 'style' | 'width' | 'interrupted'> {
  return { program: ownCommand(), print, ...standardOutput(process), interrupted: interrupt.first }
}

async function onSandbox(interrupt: Interrupt): Promise<void> {
  await withSandbox({ sample: true }, async ({ kubeconfig }) => {
    const all = telling(interrupt)
    say(
      'A miniature cluster runs in this process: a simulation, with three pods behind the Service sample-clusterip.',
      all,
    )
    print('')
    const env = { ...process.env, KUBECONFIG: kubeconfig }
    await runDemo({ ...all, story: serviceStory, common: [], env })
    if (interrupt.first.aborted) return
    print('\nNothing is left of it.')
    suggest(
      {
        'try it yourself': 'kubectl affinity sandbox',
        'on a cluster': 'kubectl affinity demo --on-cluster',
        'through a gateway': 'kubectl affinity demo --story cookies',
      },
      all,
    )
  })
}

async function cookiesOnSandbox(
  open: (kubeconfig: string) => Promise<Cluster>,
  interrupt: Interrupt,
): Promise<void> {
  const { cookieObjects, cookieStory } = await import('../demo/stories/cookies.ts')
  await withSandbox(
    { sample: false, gateways: ['ingress-nginx'], objects: cookieObjects },
    async ({ kubeconfig }) => {
      const all = telling(interrupt)
      say(
        'A miniature cluster runs in this process: a simulation, with three pods behind an Ingress of ingress-nginx.',
        all,
      )
      print('')
      const cluster = await open(kubeconfig)
      try {
        const env = { ...process.env, KUBECONFIG: kubeconfig }
        const annotate = async ({ ingress, annotations }: Annotate): Promise<void> => {
          const path = itemPath(ingressesPath('default'), ingress)
          await cluster.patch(path, { type: 'merge', body: { metadata: { annotations } } })
        }
        await runDemo({ ...all, story: cookieStory, common: [], env, annotate })
      } finally {
        cluster.close()
      }
      if (interrupt.first.aborted) return
      print('\nNothing is left of it.')
      suggest({ 'try it yourself': 'kubectl affinity sandbox --with ingress-nginx' }, all)
    },
  )
}

/** Does something with a miniature cluster whose pods serve. */
async function withSandbox(
  options: Pick<SandboxOptions, 'sample' | 'gateways' | 'objects'>,
  work: (sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const { endSoon, startSandbox } = await import('../sandbox/index.ts')
  const sandbox = await startSandbox({ nodes: 3, proxy: 'nftables', faults: [], ...options })
  try {
    await sandbox.ready
    await work(sandbox)
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
      ...telling(interrupt),
      story: serviceStory,
      common: ['-n', namespace.name, ...words],
      env: { ...process.env, KUBECTL_AFFINITY_IMAGE: image },
    })
  } finally {
    await namespace.remove()
    print(`\nnamespace/${namespace.name} deleted`)
  }
}
