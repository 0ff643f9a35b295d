import * as Flags from '@oclif/core/flags'
import type { FlagValues } from '../../cli/oclif/base-command.ts'
import { destinations } from '../../model/affinity/change.ts'
import { parseDuration } from '../../model/common/words/amounts.ts'
import { grouped } from '../../cli/flags/groups.ts'
import { durationFlag, listFlag, outputFlag, textFlag } from '../../cli/flags/values.ts'
import { writeFlags } from '../../cli/flags/write.ts'
import { invalidValue } from '../../model/common/user-error.ts'
import { timeoutRange } from '../../mechanisms/service/write.ts'

const flags = {
  all: Flags.boolean({
    description: 'Select all Services of the namespace, or all of a kind that is named.',
  }),
  'all-namespaces': Flags.boolean({
    char: 'A',
    description: 'Select in all namespaces; with --all or a selector.',
  }),
  ...writeFlags,
  filename: listFlag({
    char: 'f',
    description:
      'Files or folders with the Services to change, - for standard input. With --dry-run=client -o yaml the files themselves are printed with the field set, and no cluster is asked.',
  }),
  'force-conflicts': Flags.boolean({
    description: 'Take the fields over from another manager, such as a GitOps controller.',
  }),
  identify: textFlag({
    description:
      'With --wait: how to tell which pod gave an answer, as with probe. Default: by the answers, the access logs or the sockets of the pods.',
  }),
  image: textFlag({
    description: 'With --wait: image of the probe pods, any with Node 18 or newer.',
    env: 'KUBECTL_AFFINITY_IMAGE',
  }),
  output: outputFlag({ description: 'Output format. One of: (json, yaml, name, text).' }),
  path: textFlag({
    description: 'With --wait: path of the HTTP requests; with --cookie also that of the cookie. Default: /.',
  }),
  recursive: Flags.boolean({ char: 'R', description: 'With -f: look into the folders below as well.' }),
  selector: textFlag({
    char: 'l',
    description: 'Selector (label query) for the Services, or for a kind that is named, such as app=web.',
  }),
  wait: Flags.boolean({
    description:
      'Wait until a short probe has seen the change in effect: from every node for a Service, through the gateway for what stands in front of one. Needs the permissions of probe, and for Services to list nodes.',
  }),
  with: textFlag({
    description:
      'Who is to do it, where there is a choice: istio, traefik, haproxy, haproxy-ingress, aws, kong or gke for a Service.',
    options: destinations.filter((one) => one !== 'gateway-api'),
  }),
  'wait-timeout': durationFlag({
    description: 'With --wait: how long to wait.',
    helpValue: '1m0s',
    min: 1000,
    max: 3_600_000,
  }),
}

/** The flags that `enable` and `disable` share, under the headings of help. */
export const changeFlags = grouped(flags, {
  Selection: ['all', 'all-namespaces', 'filename', 'recursive', 'selector'],
  Change: ['dry-run', 'force-conflicts', 'with'],
  Wait: ['identify', 'image', 'path', 'wait', 'wait-timeout'],
  Output: ['diff', 'output', 'show-managed-fields'],
})

/** A timeout of affinity, in seconds. */
export const timeoutFlag = Flags.custom<number>({
  // oxlint-disable-next-line require-await -- oclif's signature
  parse: async (text, _context, { name }) => {
    const ms = parseDuration(text)
    if (ms === undefined)
      throw invalidValue(name, text, 'must be a duration such as 30s, 10m or 1h30m, or a number of seconds')
    const seconds = ms / 1000
    const { min, max } = timeoutRange
    if (seconds < min || seconds > max)
      throw invalidValue(name, text, `must be between ${min}s and ${max}s (24h)`)
    if (!Number.isInteger(seconds)) throw invalidValue(name, text, 'must be whole seconds')
    return seconds
  },
})

/** What was given of them. */
export type ChangeFlagValues = FlagValues<typeof changeFlags> & { force?: boolean; path?: string | undefined }
