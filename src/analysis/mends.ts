import { keyOf } from '../model/cluster/object.ts'
import { objectName, type ObjectRef } from '../model/findings/finding.ts'
import type { Deed, Mend } from '../model/findings/mend.ts'
import { shellWord } from '../model/common/words/shell.ts'
import { commandFor, serviceTarget } from '../model/targets/command.ts'

/** What mends a finding about a cluster, in words: sentences and commands. */
export function mendsInCluster(mends: readonly Mend[]): string[] {
  return mends.map((mend) => (typeof mend === 'string' ? mend : said(mend.say, commandOf(mend.deed))))
}

/**
 * The same about files: edits of the file instead of commands that change a cluster, which may not hold the object yet, and
 * would be undone by the next apply. What only looks at a cluster is left out. `place` is where the finding stands.
 */
export function mendsInFiles(mends: readonly Mend[], place: ObjectRef): string[] {
  return mends.flatMap((mend) => {
    if (typeof mend === 'string') return [mend]
    const edit = editOf(mend.deed)
    return edit === undefined ? [] : [said(mend.say, `${edit}${elsewhere(mend.deed, place)}`)]
  })
}

/** The object to edit, where it is not the one that the finding stands at. */
function elsewhere(deed: Deed, place: ObjectRef): string {
  if (deed.kind !== 'fields' && deed.kind !== 'annotation' && deed.kind !== 'label') return ''
  return keyOf(deed.of) === keyOf(place) ? '' : ` on ${objectName(deed.of)}`
}

function said(sentence: string | undefined, deed: string): string {
  return sentence === undefined ? deed : `${sentence}:  ${deed}`
}

function commandOf(deed: Deed): string {
  if ('command' in deed) return deed.command
  if (deed.kind === 'affinity') {
    const { of, to } = deed
    const options = typeof to === 'string' ? {} : { timeout: timeWord(to.timeoutSeconds) }
    return commandFor(to === 'off' ? 'disable' : 'enable', serviceTarget(of), options)
  }
  const { kind, name, namespace = 'default' } = deed.of
  const object = `${kind.toLowerCase()} ${name} -n ${namespace}`
  if (deed.kind === 'delete') return `kubectl delete ${object}`
  if (deed.kind === 'fields') {
    const patch = JSON.stringify(deed.fields)
    // A strategic patch, the default, merges as well; what is to go says it plainly.
    return `kubectl patch ${object}${patch.includes(':null') ? ' --type merge' : ''} -p ${shellWord(patch)}`
  }
  const verb = deed.kind === 'annotation' ? 'annotate' : 'label'
  const marks = Object.entries(deed.marks).map(([key, value]) =>
    value === null ? `${key}-` : `${key}=${shellWord(value)}`,
  )
  return ['kubectl', verb, object, ...marks, ...(deed.replaces === true ? ['--overwrite'] : [])].join(' ')
}

/** The edit that does in a file what a command does in a cluster; undefined where there is none. */
function editOf(deed: Deed): string | undefined {
  if (deed.kind === 'run') return undefined
  if (deed.kind === 'make') return deed.command
  if (deed.kind === 'delete') return `remove ${deed.of.kind.toLowerCase()}/${deed.of.name}`
  if (deed.kind === 'fields') return leavesOf(deed.fields).join(', ')
  if (deed.kind === 'affinity') {
    if (deed.to === 'off') return 'remove sessionAffinity and sessionAffinityConfig'
    if (deed.to === 'on') return 'set sessionAffinity: ClientIP'
    return `set sessionAffinityConfig: {clientIP: {timeoutSeconds: ${deed.to.timeoutSeconds}}}`
  }
  const { kind, marks } = deed
  const edits = Object.entries(marks).map(([key, value]) =>
    value === null ? `remove the ${kind} ${key}` : `set the ${kind} ${key}: ${yamlString(value)}`,
  )
  return edits.join(' and ')
}

/** `{spec: {a: 'b', c: null}}` → `set a: b`, `remove c`. */
function leavesOf(fields: object): string[] {
  return Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
    if (value === null) return [`remove ${name}`]
    if (typeof value === 'object') return leavesOf(value)
    return [`set ${name}: ${JSON.stringify(value).replace(/^"([\w.-]+)"$/, '$1')}`]
  })
}

function timeWord(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60}m` : String(seconds)
}

/** An annotation is a string, whatever it looks like. */
function yamlString(value: string): string {
  return /^(true|false|\d[\d.]*)$/.test(value) ? `"${value}"` : value
}
