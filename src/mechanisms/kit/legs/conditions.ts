import { list, record, strings, text } from '../objects/loose.ts'

/** What a request has to be like beside its host and path, all of it: `method is GET and header x-beta is on`. */
export function allOf(parts: readonly (string | undefined)[]): string | undefined {
  const said = parts.filter((part) => part !== undefined)
  return said.length === 0 ? undefined : said.join(' and ')
}

/** One of some values: `method is GET or HEAD`; undefined where there is none. */
export function oneOf(subject: string, values: unknown): string | undefined {
  const all = strings(values)
  return all.length === 0 ? undefined : `${subject} is ${all.join(' or ')}`
}

/** How a value may be asked for: a field, and words for it. */
const ways = [
  ['exact', 'is'],
  ['prefix', 'begins with'],
  ['suffix', 'ends with'],
  ['regex', 'matches'],
  ['contains', 'contains'],
  ['notexact', 'is not'],
  ['notcontains', 'does not contain'],
] as const

/** `{exact: on}` and the like of something, in words; without any of these fields it has to be there. */
export function matched(subject: string, value: unknown): string {
  const asked = record(value)
  if (asked['notpresent'] === true) return `no ${subject}`
  const [found] = ways.flatMap(([key, words]) => {
    const said = text(asked[key])
    return said === undefined ? [] : [`${subject} ${words} ${said}`]
  })
  return found ?? subject
}

/** The same of several things by their names, where a value without fields is what it has to be. */
export function eachMatched(what: string, values: unknown, how: 'exact' | 'regex' = 'exact'): string[] {
  return Object.entries(record(values)).map(([name, value]) =>
    matched(`${what} ${name}`, typeof value === 'string' ? { [how]: value } : value),
  )
}

/** Headers and parameters in lists of `{type, name, value}`, as the Gateway API has them. */
export function typed(what: string, values: unknown): string[] {
  return list(values).map((one) => {
    const { type, name, value } = record(one)
    return matched(`${what} ${String(name)}`, { [type === 'RegularExpression' ? 'regex' : 'exact']: value })
  })
}
