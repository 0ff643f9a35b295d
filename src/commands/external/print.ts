import { stdout } from '../../cli/terminal.ts'
import { writeProblem } from '../../cli/problem.ts'
import { hintText } from '../../cli/remedies.ts'
import type { Output } from '../../cli/output.ts'
import { portNotes, type GatherRemarks } from '../../external/gather.ts'
import { contentOf } from '../../external/plan/slices.ts'
import { portText } from '../../external/plan/ports.ts'
import { ownSlices } from '../../external/refuse/refuse.ts'
import type { ExternalDone, ObjectChange } from '../../external/write.ts'
import type { RawObject } from '../../model/affinity/change.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import { hostAndPort } from '../../model/common/network/ip.ts'
import { servicePolicy, type ServicePolicy } from '../../model/affinity/policy.ts'
import { objectDiffs } from '../../report/change/diff-text.ts'
import { listOrOne, toJson, toYaml } from '../../report/change/objects.ts'
import { type NextStep, renderNext } from '../../report/change/text.ts'
import { type ExternalOutcome, renderExternal } from '../../report/external/text.ts'
import { formatDuration } from '../../model/common/words/amounts.ts'
import { connectionFlags } from '../../cli/flags/connection.ts'
import type { ExternalFlagValues } from './flags.ts'
import { affinityWords } from '../../report/text/affinity.ts'
import { commandFor, commandLine, serviceTarget } from '../../model/targets/command.ts'
import { defined } from '../../model/common/values.ts'

export type ExternalFormat = 'json' | 'name' | 'text' | 'yaml'

export interface PrintOptions {
  format: ExternalFormat
  flags: ExternalFlagValues
  output: Output
}

/** The answer on stdout, in the format that was asked for; warnings on stderr. */
export async function printDone(
  done: ExternalDone,
  remarks: GatherRemarks,
  options: PrintOptions,
): Promise<void> {
  const { format, flags, output } = options
  const { style } = output
  const dryRun = flags['dry-run']
  if (format === 'json' || format === 'yaml') {
    const after = done.objects.flatMap(({ after }) => (after === undefined ? [] : [after]))
    const printed = listOrOne(after, { showManagedFields: flags['show-managed-fields'] })
    stdout.write(format === 'json' ? toJson(printed) : await toYaml(printed))
  } else if (format === 'name') {
    stdout.write(
      done.objects
        .filter(({ after }) => after !== undefined)
        .map(({ after }) => `${nameOf(after!)}\n`)
        .join(''),
    )
  } else {
    const changed = done.objects.filter(({ kind }) => kind !== 'unchanged')
    const diff = flags.diff ? await objectDiffs(changed, style) : ''
    stdout.write(renderExternal(outcomeOf(done, remarks), { style, dryRun }) + diff)
  }
  for (const { message, hints } of [...done.warnings, ...remarks.warnings])
    await writeProblem([`Warning: ${message}`, ...hints.map((hint) => `  ${hintText(hint)}`)])
  if (format === 'text' && dryRun === 'none') stdout.write(renderNext(nextSteps(done, flags), output))
}

function outcomeOf(done: ExternalDone, { notes }: GatherRemarks): ExternalOutcome {
  const { wanted, plan, objects, service } = done
  const [first] = objects
  const before = first?.before as unknown as Service | undefined
  return {
    name: service.name,
    kind: kindOf(objects),
    clusterIPs: done.clusterIPs,
    ports: wanted.ports.map((port, index) => {
      const numbers = [...new Set(wanted.backends.map(({ ports }) => ports[index]))]
      const at = numbers.filter((number) => number !== undefined).join(', ')
      return at === String(port.port) ? portText(port) : `${portText(port)} → ${at}`
    }),
    affinity: changeWords(before === undefined ? done.policy : servicePolicy(before), done.policy),
    added: plan.added,
    removed: plan.removed,
    kept: plan.kept,
    replaced: objects.flatMap(({ kind, before: gone }) =>
      kind === 'deleted' && gone !== undefined && !isOurs(gone) ? [nameOf(gone)] : [],
    ),
    notes: [
      ...portNotes(wanted),
      ...notes.map(({ text, remedy }) => (remedy === undefined ? text : `${text}; ${hintText(remedy)}`)),
    ],
  }
}

function changeWords(before: ServicePolicy, after: ServicePolicy): string {
  const [was, now] = [affinityWords(before), affinityWords(after)]
  return was === now ? now : `${was} → ${now}`
}

/** A Service counts as configured when only its endpoints changed: people ask for the whole. */
function kindOf(objects: readonly ObjectChange[]): ExternalOutcome['kind'] {
  const [service] = objects
  if (service?.kind === 'created') return 'created'
  return objects.every(({ kind }) => kind === 'unchanged') ? 'unchanged' : 'configured'
}

function isOurs(object: RawObject): boolean {
  return (
    object['kind'] === 'EndpointSlice' &&
    ownSlices({ service: undefined, slices: [object as never] }).length > 0
  )
}

function nameOf(object: RawObject): string {
  const { name } = object['metadata'] as { name: string }
  const kind = String(object['kind']).toLowerCase()
  return kind === 'endpointslice' ? `endpointslice.discovery.k8s.io/${name}` : `${kind}/${name}`
}

function nextSteps(done: ExternalDone, flags: ExternalFlagValues): NextStep[] {
  const { name, namespace } = done.service
  const connection = connectionFlags(flags).trim()
  const rest = `-n ${namespace} ${connection}`.trim()
  const kind = kindOf(done.objects)
  if (kind === 'unchanged') return []
  const undo = kind === 'created' ? commandLine('external delete', name, rest) : undoOf(done, rest)
  return [
    ...(undo === undefined ? [] : [{ label: 'undo', command: undo }]),
    { label: 'prove', command: commandFor('probe', serviceTarget(done.service), connection) },
  ]
}

/** More addresses than this are no command that anybody would type. */
const mostAddresses = 10

/** The command that brings the endpoints back, where one can say it all: one port, and endpoints of this command. */
function undoOf({ objects, service }: ExternalDone, rest: string): string | undefined {
  const before = objects[0]?.before as unknown as Service | undefined
  const slices = objects.slice(1).flatMap(({ before: slice }) => (slice === undefined ? [] : [slice]))
  const ports = before?.spec.ports ?? []
  const [port] = ports
  if (
    before === undefined ||
    port === undefined ||
    ports.length !== 1 ||
    !slices.every((slice) => isOurs(slice))
  )
    return undefined
  const addresses = slices.flatMap((slice) => {
    const { endpoints, ports: at } = contentOf(slice as never)
    return [...endpoints.keys()].map((address) => hostAndPort(address, at[0]?.port ?? 0))
  })
  if (addresses.length === 0 || addresses.length > mostAddresses) return undefined
  const policy = servicePolicy(before)
  const affinity = policy.kind === 'none' ? 'none' : formatDuration(policy.timeoutSeconds)
  const { name, port: number, protocol = 'TCP' } = port
  const words = portText(defined({ port: number, protocol, name }))
  const options = ['--port', words, '--to', addresses.join(','), '--affinity', affinity]
  return commandLine('external', service.name, ...options, rest)
}
