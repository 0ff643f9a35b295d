import * as Flags from '@oclif/core/flags'
import { timeoutRange } from '../../mechanisms/service/write.ts'
import type { ChangeRequest } from '../../model/affinity/change.ts'
import type { FlagValues } from '../../cli/oclif/base-command.ts'
import { grouped } from '../../cli/flags/groups.ts'
import { durationFlag, listFlag, outputFlag, textFlag } from '../../cli/flags/values.ts'
import { writeFlags } from '../../cli/flags/write.ts'
import { parseDuration } from '../../model/common/words/amounts.ts'
import { invalidValue } from '../../model/common/user-error.ts'

/** `3h`, or `none`. */
const affinityFlag = Flags.custom<ChangeRequest>({
  // oxlint-disable-next-line require-await -- oclif's signature
  parse: async (text, _context, { name }) => {
    if (text.toLowerCase() === 'none') return { verb: 'disable' }
    const ms = parseDuration(text)
    if (ms === undefined) throw invalidValue(name, text, 'must be a duration such as 30m or 3h, or none')
    const timeoutSeconds = ms / 1000
    const { min, max } = timeoutRange
    if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < min || timeoutSeconds > max)
      throw invalidValue(name, text, `must be whole seconds between ${min}s and ${max}s (24h), or none`)
    return { verb: 'enable', timeoutSeconds }
  },
})

const flags = {
  adopt: Flags.boolean({
    description:
      'Take over a Service that was made by hand, with its endpoints: those of an Endpoints object, and EndpointSlices left by others, which are deleted when the new ones are in force. Without --to and --from the addresses stay what they are.',
  }),
  affinity: affinityFlag({
    description:
      'How long a client IP keeps its backend after its last new connection, or none. Default: the affinity stays as it is.',
    helpValue: "''",
  }),
  ...writeFlags,
  'force-conflicts': Flags.boolean({
    description: 'Take fields of the Service over from another manager, such as a GitOps controller.',
  }),
  from: listFlag({
    description:
      'Where to read addresses in the other cluster: svc/NAME (its load balancer), gateway/NAME or ingress/NAME. Can be repeated or be a list with commas.',
  }),
  'from-context': textFlag({
    description: 'With --from: the context of the other cluster in the kubeconfig.',
  }),
  'from-kubeconfig': textFlag({
    description: 'With --from: the kubeconfig of the other cluster, where it is another file.',
  }),
  'from-namespace': textFlag({
    description: "With --from: the namespace in the other cluster, instead of its context's.",
  }),
  'node-port': Flags.boolean({
    description: 'With --from svc/NAME: use its node ports on all ready nodes, instead of its load balancer.',
  }),
  output: outputFlag({ description: 'Output format. One of: (json, yaml, name, text).' }),
  port: listFlag({
    description:
      'A port of the Service: PORT[:NAME][/PROTOCOL], such as 80, 80:http or 53:dns/UDP. Can be repeated or be a list with commas. Default: the ports of --from.',
  }),
  prune: Flags.boolean({
    description: 'Remove endpoints that are not given any more.',
    default: true,
    allowNo: true,
  }),
  to: listFlag({
    description:
      'An address outside the cluster, ADDRESS[:PORT], IPv6 with a port as [ADDRESS]:PORT. Can be repeated or be a list with commas.',
  }),
  wait: Flags.boolean({ description: 'With --from: wait for an address that is still pending.' }),
  'wait-timeout': durationFlag({
    description: 'With --wait: how long to wait.',
    helpValue: '2m0s',
    min: 1000,
    max: 3_600_000,
  }),
  watch: Flags.boolean({
    char: 'w',
    description:
      'With --from: keep following the other cluster and update the endpoints, until interrupted. Without contact the last endpoints stay.',
  }),
}

/** The flags of `external NAME`, under the headings of help. */
export const externalFlags = grouped(flags, {
  Service: ['adopt', 'affinity', 'port'],
  Backends: ['to', 'from', 'from-context', 'from-kubeconfig', 'from-namespace', 'node-port'],
  Change: ['dry-run', 'force-conflicts', 'prune', 'wait', 'wait-timeout', 'watch'],
  Output: ['diff', 'output', 'show-managed-fields'],
})

export type ExternalFlagValues = FlagValues<typeof externalFlags>
