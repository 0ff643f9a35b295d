import { badRequest } from '../failure.ts'
import { asText, at, type Resource } from './resource.ts'

type Test = (object: Resource) => boolean

/** `a=b,c!=d,e,!f,g in (h,i),j notin (k)` */
export function labelSelector(text: string | null): Test {
  const tests = parts(text ?? '').map((part) => labelTest(part))
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}))
}

function labelTest(part: string): (labels: Record<string, string>) => boolean {
  const inList = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part)
  if (inList !== null) {
    const [, key = '', operator, list = ''] = inList
    const values = new Set(list.split(',').map((value) => value.trim()))
    return (labels) => (key in labels && values.has(labels[key] ?? '')) === (operator === 'in')
  }
  const equals = /^([^=!\s]+)\s*(==?|!=)\s*(\S*)$/.exec(part)
  if (equals !== null) {
    const [, key = '', operator, value] = equals
    return (labels) => (labels[key] === value) === (operator !== '!=')
  }
  if (/^![\w./-]+$/.test(part)) return (labels) => !(part.slice(1) in labels)
  if (/^[\w./-]+$/.test(part)) return (labels) => part in labels
  throw badRequest(`unable to parse requirement: found '${part}'`)
}

/** `metadata.name=x,involvedObject.kind!=y` */
export function fieldSelector(text: string | null): Test {
  const tests = parts(text ?? '').map((part) => {
    const [, path = '', operator, value = ''] = /^([\w.]+)\s*(==?|!=)\s*(.*)$/.exec(part) ?? []
    if (operator === undefined) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`)
    return (object: Resource) => {
      const found = at(object, ...path.split('.'))
      return (asText(found) === value) === (operator !== '!=')
    }
  })
  return (object) => tests.every((test) => test(object))
}

/** A Service's or a workload's selector; an empty one selects nothing here. */
export function matches(selector: unknown, labels: Record<string, string> | undefined): boolean {
  const wanted = Object.entries((selector ?? {}) as Record<string, string>)
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value)
}

function parts(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
