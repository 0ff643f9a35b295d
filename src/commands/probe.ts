import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../cli/base-command.ts'
import { exitCodes } from '../cli/errors.ts'
import { listenForInterrupt } from '../cli/interrupt.ts'
import { standardOutput, standardProgress } from '../cli/output.ts'
import { countFlag, durationFlag } from '../cli/value-flags.ts'
import type { ProbeResult } from '../model/probe-result.ts'
import { parseTarget } from '../model/target.ts'
import { unknownFormat, UserError } from '../model/user-error.ts'
import type { Verdict } from '../model/verdict.ts'
import { defaultImage, readProbeFlags } from '../probe/options.ts'
import { runProbe } from '../probe/run.ts'
import { isProbeFormat, probeFormats, renderProbe } from '../report/probe/render.ts'

const hour = 3_600_000

export default class Probe extends BaseCommand {
  static override strict = false
  static override summary =
    'Send requests to a Service from a pod inside the cluster, and judge whether the client stays on its pod.'
  static override description = [
    'A Job runs a small client in the namespace of the Service. It opens a new connection for each request, reads from the answers which pod gave them, and is removed at the end.',
    'The verdict covers the whole run and says how likely it is wrong. The exit code is 0 when the Service behaves as it is configured (or as --expect says), 3 when it does not, and 4 when the run cannot tell.',
  ].join('\n\n')
  static override usage =
    'kubectl affinity probe (svc/NAME | svc NAME | NAME) [-n NAMESPACE] [flags] [options]'
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
        'kubectl affinity probe svc/web --expect sticky -o json --image registry.example.com/node:24 | jq .status.verdict',
    },
    {
      description: 'What a client that keeps its connections sees',
      command: 'kubectl affinity probe svc/web --keep-alive',
    },
  ]
  static override flags = {
    ca: Flags.string({
      description: 'File with the certificate authorities that the Service is verified with, in PEM.',
      helpValue: "''",
    }),
    confidence: Flags.string({
      description:
        'How sure the verdict must be, as a fraction or in percent. The default number of requests follows from it.',
      default: '99.9999%',
    }),
    duration: durationFlag({
      description: 'How long to send requests, instead of a number of them.',
      helpValue: "''",
      min: 100,
      max: 24 * hour,
    }),
    expect: Flags.option({ options: ['sticky', 'spread'] as const })({
      description:
        'What to compare with: sticky or spread. Unless given it is what the Service is configured for.',
      helpValue: "''",
    }),
    identify: Flags.string({
      description:
        'How answers say who gave them: auto (names and addresses of the endpoints), json:PATH, header:NAME or regex:RE (its first group).',
      default: 'auto',
    }),
    image: Flags.string({
      description: 'Image of the probe pod: any with Node 18 or newer.',
      env: 'KUBECTL_AFFINITY_IMAGE',
      default: defaultImage,
    }),
    insecure: Flags.boolean({ description: "Do not verify the Service's certificate.", default: false }),
    interval: durationFlag({
      description: 'Time between the starts of two requests, instead of --rate.',
      helpValue: "''",
      min: 0,
      max: hour,
    }),
    'keep-alive': Flags.boolean({
      description: 'Keep one connection open instead of a new one for each request.',
      default: false,
    }),
    node: Flags.string({ description: 'Name of the node that the client runs on.', helpValue: "''" }),
    output: Flags.string({
      char: 'o',
      description: 'Output format. One of: (json, yaml, name, text, wide).',
      default: 'text',
    }),
    path: Flags.string({ description: 'Path of the HTTP request.', default: '/' }),
    'pod-running-timeout': durationFlag({
      description: 'How long to wait until the probe pod runs.',
      helpValue: '1m0s',
      min: 1000,
      max: hour,
    }),
    port: Flags.string({
      description: 'Number or name of the Service port. Unless given the first TCP port.',
      helpValue: "''",
    }),
    rate: Flags.string({ description: 'Requests per second, or max.', helpValue: '50' }),
    requests: countFlag({
      description: 'How many requests to send. Unless given, enough for --confidence.',
      helpValue: '0',
      min: 0,
      max: 100_000_000,
    }),
    scheme: Flags.option({ options: ['auto', 'http', 'https', 'tcp'] as const })({
      description:
        'What the port speaks: auto, http, https or tcp (the answer is what the server sends first).',
      default: 'auto',
    }),
    timeout: durationFlag({
      description: 'How long a request may take.',
      helpValue: '2s',
      min: 10,
      max: 600_000,
    }),
  }

  override async run(): Promise<void> {
    const { flags, argv } = await this.parse(Probe)
    const target = parseTarget(argv.map(String))
    if (!isProbeFormat(flags.output)) {
      throw unknownFormat(flags.output, probeFormats)
    }
    const asked = readProbeFlags(flags)
    const cluster = await this.openCluster(flags)
    const { output: format } = flags
    const progress = await standardProgress(process)
    const interrupt = listenForInterrupt(process)
    try {
      const result = await runProbe(
        cluster,
        { ...asked, namespace: cluster.namespace, service: target.name },
        {
          progress,
          interrupted: interrupt.first,
          abandoned: interrupt.second,
          report: async (result) => {
            progress.stop()
            const options = { ...standardOutput(process), next: nextSteps(result) }
            process.stdout.write(await renderProbe(result, format, options))
          },
        },
      )
      process.exitCode = interrupt.exitCode ?? exitCodeOf(result.verdict)
    } catch (error) {
      if (interrupt.exitCode === undefined || error instanceof UserError) throw error
      process.exitCode = interrupt.exitCode
    } finally {
      progress.stop()
      interrupt.stop()
      cluster.close()
    }
  }
}

function exitCodeOf(verdict: Verdict): number {
  if (verdict.result === 'differs') return exitCodes.differs
  return verdict.result === 'inconclusive' ? exitCodes.inconclusive : 0
}

/** What the reader may want to do next: only commands that exist. */
function nextSteps({ service, verdict }: ProbeResult): string[] {
  const target = `svc/${service.name} -n ${service.namespace}`
  if (verdict.result === 'differs') return [`kubectl affinity explain ${target}`]
  const isPlain = verdict.result === 'as-expected' && service.policy.kind === 'none'
  return isPlain ? [`kubectl affinity enable ${target} --timeout 3h`] : []
}
