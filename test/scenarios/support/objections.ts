import { stripVTControlCharacters } from 'node:util'
import { deploymentsOf, type GatewayName } from '../../lab/index.ts'
import type { Playground } from './namespace.ts'
import { site } from './site.ts'

/** Kinds that a change of ours writes and whose controller says in the status what it thinks of them. */
const judged = 'httproutes,backendtrafficpolicies'

/** How they write that an entry is more than information: klog's letter, zap's word, zerolog's short one, logrus' field. */
const isComplaint =
  /^[WEF]\d{4} |^\S+\s+(?:warn|warning|error|fatal|WRN|ERR|FTL)\s|^time=\S+ level=(?:warning|error|fatal)/

/** What a controller says of pods that a stalled machine took for dead, not of what was changed. */
const isOfPods = /does not have any active Endpoint/

/** Where an entry of a log begins: the one of istiod about what Envoy refused has hundreds of lines, and lines of access stand between others. */
const beginning = /\n(?=\d{4}-\d\d-\d\dT|[IWEF]\d{4} |time=|\d+(?:\.\d+){3} - )/

interface Condition {
  type: string
  status: string
  message: string
}

interface Judged {
  metadata: { name: string }
  status?: { parents?: { conditions: Condition[] }[]; ancestors?: { conditions: Condition[] }[] }
}

/**
 * What a controller holds against the objects of a namespace since a time: entries of its log above information that
 * name the namespace, warnings among its events, and conditions that are not true.
 */
export async function objections(place: Playground, name: GatewayName, since: Date): Promise<string[]> {
  const logs = await Promise.all(
    deploymentsOf(name).map((deployment) =>
      site.kubectl(['logs', ...deployment, '--since-time', since.toISOString()]),
    ),
  )
  const entries = logs
    .flatMap((log) => stripVTControlCharacters(log).split(beginning))
    .filter((entry) => entry.includes(place.name) && isComplaint.test(entry) && !isOfPods.test(entry))
    .map((entry) => entry.slice(0, 1000))
  const line = '{.involvedObject.kind}/{.involvedObject.name}: {.message}{"\\n"}'
  const format = `jsonpath={range .items[*]}${line}{end}`
  const events = await place.kubectl('get', 'events', '--field-selector', 'type=Warning', '-o', format)
  const warnings = events
    .split('\n')
    .filter((line) => line !== '' && !/^(?:Pod|ReplicaSet|Deployment)\//.test(line))
  return [...entries, ...warnings, ...(await refused(place))]
}

async function refused(place: Playground): Promise<string[]> {
  const { items } = JSON.parse(await place.kubectl('get', judged, '-o', 'json')) as { items: Judged[] }
  return items.flatMap(({ metadata, status }) =>
    [...(status?.parents ?? []), ...(status?.ancestors ?? [])]
      .flatMap(({ conditions }) => conditions)
      .filter((condition) => condition.status !== 'True')
      .map(({ type, message }) => `${metadata.name}: ${type}: ${message}`),
  )
}
