import { parseDuration } from '../model/common/duration.ts'
import type { FilePosition } from '../model/findings/finding.ts'

/**
 * What mends a finding about files: edits of the file instead of commands that change a cluster, which may not hold the
 * object yet, and would be undone by the next apply. What only looks at a cluster is left out.
 */
export function mendsInFiles(mends: readonly string[], position: FilePosition | undefined): string[] {
  return mends.flatMap((mend) => {
    const { sentence, command } = split(mend)
    if (command === undefined) return [mend]
    const edit = editFor(command, position)
    if (edit === undefined) return []
    return [sentence === '' ? edit : `${sentence}  ${edit}`]
  })
}

/** `a sentence:  kubectl …`: both parts; the command is undefined in a sentence alone. */
function split(mend: string): { sentence: string; command?: string } {
  const at = /(^|\s)kubectl /.exec(mend)
  if (at === null) return { sentence: mend }
  const begin = at.index + (at[1]?.length ?? 0)
  return { sentence: mend.slice(0, begin).trimEnd(), command: mend.slice(begin) }
}

/** The edit that does in a file what a command does in a cluster; undefined where there is none. */
function editFor(command: string, position: FilePosition | undefined): string | undefined {
  const patch = /^kubectl patch .*? -p '(.*)'$/.exec(command)?.[1]
  if (patch !== undefined) return fieldsOf(patch)
  const marked = /^kubectl (annotate|label) \S+ \S+ (.*)$/.exec(command)
  if (marked !== null) {
    const what = marked[1] === 'label' ? 'label' : 'annotation'
    return marksIn(marked[2] ?? '', what).join(', ')
  }
  const gone = /^kubectl delete (\S+) (\S+)/.exec(command)
  if (gone !== null) return `remove ${gone[1]}/${gone[2]}`
  if (command.startsWith('kubectl affinity external ')) return command
  const change = /^kubectl affinity (enable|disable) (\S+)(?: -n \S+)?(.*)$/.exec(command)
  return change === null
    ? undefined
    : changeIn(change[1] ?? '', change[2] ?? '', change[3]?.trim() ?? '', position)
}

/** Every `key=value` and `key-` among flags. */
function marksIn(words: string, what: string): string[] {
  return [...words.matchAll(/(?:'[^']*'|[^\s'])+/g)].flatMap(([word]) => {
    const [, key = '', value, gone] = /^(?!-)([^=]+?)(?:=(.*)|(-))$/.exec(word) ?? []
    if (gone !== undefined) return [`remove the ${what} ${key}`]
    return value === undefined ? [] : [`set the ${what} ${key}: ${quoted(value.replaceAll("'", ''))}`]
  })
}

function changeIn(verb: string, target: string, flags: string, position: FilePosition | undefined): string {
  const isService = /^(svc|service)\//.test(target)
  const timeout = /^--timeout (\S+)$/.exec(flags)?.[1]
  if (isService && verb === 'disable' && flags === '')
    return 'remove sessionAffinity and sessionAffinityConfig'
  if (isService && flags === '') return 'set sessionAffinity: ClientIP'
  const milliseconds = timeout === undefined ? undefined : parseDuration(timeout)
  if (isService && milliseconds !== undefined)
    return `set sessionAffinityConfig: {clientIP: {timeoutSeconds: ${milliseconds / 1000}}}`
  const file = position?.file ?? 'FILE'
  return ['kubectl affinity', verb, '-f', file, flags, '--dry-run=client -o yaml']
    .filter((word) => word !== '')
    .join(' ')
}

/** `{"spec":{"a":"b","c":null}}` → `set a: b, remove c`. */
function fieldsOf(patch: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(patch)
  } catch {
    return undefined
  }
  const leaves = leavesOf(value, [])
  return leaves.length === 0 ? undefined : leaves.join(', ')
}

function leavesOf(value: unknown, path: readonly string[]): string[] {
  if (value === null) return [`remove ${path.at(-1) ?? ''}`]
  if (typeof value !== 'object' || Array.isArray(value))
    return [`set ${path.at(-1) ?? ''}: ${JSON.stringify(value).replace(/^"([\w.-]+)"$/, '$1')}`]
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, [...path, key]))
}

function quoted(value: string): string {
  return /^(true|false|\d[\d.]*)$/.test(value) ? `"${value}"` : value
}
