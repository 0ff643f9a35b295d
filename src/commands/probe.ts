import { targetKinds } from '../mechanisms/index.ts'
import { BaseCommand } from '../cli/oclif/base-command.ts'
import { readFormat } from '../cli/flags/values.ts'
import { readProbeFlags } from './probe/flags/read.ts'
import { probeFormats } from '../report/probe/render.ts'
import { parseTarget } from '../model/targets/parse.ts'
import { probeFlags } from './probe/flags/definitions.ts'
import { modeOf } from './probe/mode.ts'
import { wayTo } from './probe/way.ts'

export default class Probe extends BaseCommand {
  static override summary =
    'Send requests to a Service, or through what stands in front of it, and judge whether clients stay on their pod.'
  static override description = [
    'A Job runs a small client in the namespace of the Service. It opens a new connection for each request, reads from the answers which pod gave them, and is deleted at the end: nothing stays in the cluster.',
    'An Ingress, an HTTPRoute, a VirtualService and their like are probed through their gateway: users who keep cookies as browsers do, and beside them the same requests without a jar, which show whether it is the cookie that holds the users. Of cookies only names and attributes are reported. --show-cookies adds the values of those that proxies make, never of others.',
    'The verdict covers the whole run and gives the probability that it is a coincidence. The exit code is 0 when the Service behaves as configured (or as --expect says), 3 when it does not, and 4 when the run cannot tell.',
  ].join('\n\n')
  static override usage =
    'kubectl affinity probe (svc/NAME | KIND/NAME | KIND NAME | NAME) [-n NAMESPACE] [flags] [options]'
  static override examples = [
    {
      description: "Does the Service 'web' keep a client on its pod?",
      command: 'kubectl affinity probe svc/web',
    },
    {
      description: 'Ask a path that says which pod answers, for a minute',
      command: 'kubectl affinity probe svc/web -n shop --path /podinfo --duration 1m',
    },
    {
      description: 'Read the name of the pod from a header of the answer',
      command: 'kubectl affinity probe svc/web --identify header:X-Served-By',
    },
    {
      description:
        'Fail a pipeline unless the client sticks, in a cluster that pulls from a registry of its own',
      command:
        'kubectl affinity probe svc/web --expect sticky -o json --image registry.example.com/node:24 > report.json',
    },
    {
      description: 'Does each of 20 clients stay on its pod, and are they kept apart?',
      command: 'kubectl affinity probe svc/web --clients 20',
    },
    {
      description: 'The same with a client on every node',
      command: 'kubectl affinity probe svc/web --spread nodes',
    },
    {
      description:
        'After which silence may a client be moved, and does a new connection start the time again?',
      command: 'kubectl affinity probe svc/web --measure-timeout',
    },
    {
      description: 'Through every node port, load balancer and address, from a client on each node',
      command: 'kubectl affinity probe svc/web --via all --spread nodes',
    },
    {
      description: 'Does the cookie of an Ingress keep users on their pod, and is it the cookie that does?',
      command: 'kubectl affinity probe ingress/shop',
    },
    {
      description: 'Through a proxy that no object tells of',
      command: 'kubectl affinity probe svc/web --address 203.0.113.7 --host shop.example.com --path /cart',
    },
    {
      description: 'Who moves while the pods are replaced',
      command: "kubectl affinity probe svc/web --during 'kubectl rollout restart deployment/web'",
    },
    {
      description: 'What a shorter timeout would do, without touching the Service',
      command: 'kubectl affinity probe svc/web --what-if timeout=5s --interval 6s',
    },
    {
      description: 'Is it the application or the cluster that moves clients?',
      command: 'kubectl affinity probe svc/web --echo',
    },
    {
      description: 'What a client that keeps its connections sees',
      command: 'kubectl affinity probe svc/web --keep-alive',
    },
  ]
  static override flags = probeFlags

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(Probe)
    const target = parseTarget(argv.map(String), { verb: 'probe', kinds: targetKinds })
    const format = readFormat(flags.output, probeFormats)
    const asked = readProbeFlags(flags)
    const mode = await modeOf(flags)
    return await this.withCluster(flags, async ({ cluster, interrupt, progress }) => {
      const shown = await progress()
      const way = await wayTo(cluster, target, flags, interrupt.first)
      for (const note of way.notes) shown.note(note)
      const exitCode = await mode({
        cluster,
        options: { ...asked, ...way.options },
        flags,
        format,
        progress: shown,
        interrupt,
      })
      // To be stopped is how a watch ends.
      return flags.watch ? exitCode : (interrupt.exitCode ?? exitCode)
    })
  }
}
