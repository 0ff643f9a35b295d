import { affinityWords } from '../../report/text/affinity.ts'
import { stderr, stdout } from '../../cli/terminal.ts'
import * as Flags from '@oclif/core/flags'
import { BaseCommand, type FlagValues } from '../../cli/oclif/base-command.ts'
import { outputFlag, readFormat, refuseArguments } from '../../cli/flags/values.ts'
import { writeFlags } from '../../cli/flags/write.ts'
import { explainProblem } from '../../external/refuse/problems.ts'
import type { Cluster } from '../../cluster/index.ts'
import { standardOutput } from '../../cli/output.ts'
import { type ExternalService, listExternal } from '../../external/list.ts'
import { contentOf } from '../../external/plan/slices.ts'
import { portText } from '../../external/plan/ports.ts'
import type { Source } from '../../external/types.ts'
import { servicePorts } from '../../external/plan/wanted.ts'
import type { RawObject } from '../../model/affinity/change.ts'
import { hostAndPort } from '../../model/common/network/ip.ts'
import { servicePolicy } from '../../model/affinity/policy.ts'
import { listOrOne, toJson, toYaml } from '../../report/change/objects.ts'
import { type ListedService, renderList } from '../../report/external/list.ts'

type ListFormat = 'json' | 'name' | 'text' | 'wide' | 'yaml'

export default class ExternalList extends BaseCommand {
  static override summary = 'List Services that external made, with the origin of each address.'
  static override usage = 'kubectl affinity external list [-n NAMESPACE | -A] [-o wide] [options]'
  static override examples = [
    {
      description: 'What there is in any namespace',
      command: 'kubectl affinity external list -A',
    },
    {
      description: 'The same with the origin of each address',
      command: 'kubectl affinity external list -A -o wide',
    },
  ]
  static override flags = {
    'all-namespaces': Flags.boolean({ char: 'A', description: 'List those of all namespaces.' }),
    'no-headers': Flags.boolean({ description: 'Print no line with the names of the columns.' }),
    output: outputFlag({ description: 'Output format. One of: (json, yaml, name, text, wide).' }),
    'show-managed-fields': writeFlags['show-managed-fields'],
  }

  override async run(): Promise<number> {
    const { flags, argv } = await this.parse(ExternalList)
    refuseArguments('external list', argv)
    const format = readFormat(flags.output, ['json', 'name', 'text', 'wide', 'yaml'])
    return await this.withCluster(
      flags,
      async ({ cluster, interrupt }) => {
        await printList(cluster, flags, format, interrupt.first)
        return 0
      },
      {
        whenInterrupted: 'interrupted',
        explain: (error, { namespace }) => explainProblem(error, namespace, 'here'),
      },
    )
  }
}

async function printList(
  cluster: Cluster,
  flags: FlagValues<typeof ExternalList.flags>,
  format: ListFormat,
  signal: AbortSignal,
): Promise<void> {
  const namespace = flags['all-namespaces'] ? undefined : cluster.namespace
  const found = await listExternal(cluster, namespace, signal)
  if (format === 'json' || format === 'yaml') {
    const objects = found.flatMap(({ service, slices }) => [service, ...slices]) as unknown as RawObject[]
    const options = { showManagedFields: flags['show-managed-fields'] }
    const printed =
      objects.length === 1
        ? {
            apiVersion: 'v1',
            items: [listOrOne(objects, options)],
            kind: 'List',
            metadata: { resourceVersion: '' },
          }
        : listOrOne(objects, options)
    stdout.write(format === 'json' ? toJson(printed) : await toYaml(printed))
    return
  }
  if (format === 'name') {
    stdout.write(found.map(({ service }) => `service/${service.metadata.name}\n`).join(''))
    return
  }
  if (found.length === 0) {
    stderr.write(
      namespace === undefined ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`,
    )
    return
  }
  const now = Date.now()
  const text = renderList(
    found.map((one) => listed(one, now)),
    {
      style: standardOutput(process).style,
      showNamespace: namespace === undefined,
      wide: format === 'wide',
      noHeaders: flags['no-headers'],
    },
  )
  stdout.write(text)
}

function listed({ service, slices, source }: ExternalService, now: number): ListedService {
  const { name, namespace = '', creationTimestamp } = service.metadata
  return {
    namespace,
    name,
    ports: (servicePorts(service) ?? []).map((port) => portText(port)).join(','),
    affinity: affinityWords(servicePolicy(service)),
    addresses: slices.flatMap((slice) => {
      const { ports, endpoints } = contentOf(slice)
      const numbers = [...new Set(ports.map(({ port }) => port))].join(',')
      return [...endpoints].map(([address, origin]) => ({
        text: hostAndPort(address, numbers),
        ...(origin === undefined ? {} : { origin }),
      }))
    }),
    from: sourceWords(source),
    ageMs: creationTimestamp === undefined ? undefined : now - Date.parse(creationTimestamp),
  }
}

/** `peer: svc/a,svc/b`, or `--to`. */
function sourceWords({ context, server, from, to, nodePort }: Source): string {
  if (from !== undefined)
    return `${context ?? server ?? '?'}: ${from.join(',')}${nodePort === true ? ' (node ports)' : ''}`
  return to === undefined ? 'adopted' : '--to'
}
