import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  type Node,
  type Pair,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { FieldValue } from '../../model/affinity/change.ts'
import { isTree } from '../../model/affinity/fields.ts'

/** Replaces what stands between two offsets of a text. */
export interface Splice {
  start: number
  end: number
  text: string
}

type Mapping = YAMLMap

export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = ''
  let at = 0
  for (const { start, end, text: insert } of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, start) + insert
    at = end
  }
  return result + text.slice(at)
}

/** Another value in the place of one; a word keeps the quotes that are there, a number must not have any. */
export function replaceValue(text: string, node: Node, value: FieldValue): Splice {
  const [start, rangeEnd] = rangeOf(node)
  const isBlock = isCollection(node) && node.flow !== true
  const end = isBlock ? leafEnd({ value: node }) : rangeEnd
  const quote = isScalar(node) ? (/^["']/.exec(text.slice(start, end))?.[0] ?? '') : ''
  const isJson = isCollection(node) && node.flow === true && /^[[{]\s*["[{]/.test(text.slice(start, end))
  const written = isScalarValue(value) ? scalar(value, quote) : inFlow(value, isJson ? '"' : '')
  // `key:` without a value ends at the colon; a list may begin right below its key, and what is no list may not.
  const gap = isBlock ? '  ' : start === end && text[start - 1] === ':' ? ' ' : ''
  return { start, end, text: gap + written }
}

/** Adds entries to a mapping, behind the entry `after`. */
export function insertPairs(
  text: string,
  mapping: Mapping,
  after: Pair,
  entries: readonly (readonly [string, FieldValue])[],
): Splice {
  if (mapping.flow === true) return insertInFlow(text, mapping, after, entries)
  const column = columnOf(text, keyStart(mapping.items[0]!))
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = entries.flatMap(([key, value]) => inBlock(key, value, column, stepOf(text, mapping, column)))
  const end = lineEnd(text, leafEnd(after))
  // A file may end without a newline; then it still does.
  if (text[end - 1] !== '\n' && end > 0)
    return { start: end, end, text: lines.map((line) => newline + line).join('') }
  return { start: end, end, text: lines.map((line) => line + newline).join('') }
}

/** Takes entries out of a mapping, and not all of them: their lines, or their parts of a flow mapping with one comma each. */
export function removePairs(text: string, mapping: Mapping, pairs: ReadonlySet<Pair>): Splice[] {
  return mapping.items.flatMap((pair, index) => {
    if (!pairs.has(pair)) return []
    if (mapping.flow !== true) return removeFromBlock(text, mapping, pair)
    const isKept = mapping.items.slice(0, index).some((other) => !pairs.has(other))
    return removeFromFlow(text, mapping, index, isKept)
  })
}

function removeFromBlock(text: string, mapping: Mapping, pair: Pair): Splice {
  const start = keyStart(pair)
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const end = lineEnd(text, leafEnd(pair))
  // The first entry of a sequence's item shares its line with the dash; then the next entry moves up to it.
  if (text.slice(lineStart, start).trim() !== '') {
    const next = mapping.items[mapping.items.indexOf(pair) + 1]
    return { start, end: next === undefined ? end : keyStart(next), text: '' }
  }
  if (end === text.length && text[end - 1] !== '\n' && lineStart > 0) {
    return { start: text[lineStart - 2] === '\r' ? lineStart - 2 : lineStart - 1, end, text: '' }
  }
  return { start: lineStart, end, text: '' }
}

/** Makes a list of single values longer or shorter at its end, where `kept` of its items stay and there is one at least. */
export function setTail(
  text: string,
  { items, flow }: YAMLSeq<Node>,
  kept: number,
  added: readonly Single[],
): Splice {
  const [last, end] = [items[kept - 1]!, rangeOf(items.at(-1)!)[1]]
  const start = rangeOf(last)[1]
  if (flow === true) {
    const quote = text[rangeOf(last)[0]] === '"' ? '"' : ''
    return { start, end, text: added.map((one) => `, ${inFlow(one, quote)}`).join('') }
  }
  const column = columnOf(text, text.lastIndexOf('-', rangeOf(last)[0] - 1))
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = added.map((one) => `${' '.repeat(column)}- ${scalar(one, '')}`)
  const [from, to] = [lineEnd(text, start), lineEnd(text, end)]
  if (text[to - 1] === '\n')
    return { start: from, end: to, text: lines.map((line) => line + newline).join('') }
  // A file may end without a newline; then it still does.
  const bare = from === to ? from : text.lastIndexOf('\n', from - 1) - (newline.length - 1)
  return { start: bare, end: to, text: lines.map((line) => newline + line).join('') }
}

function insertInFlow(
  text: string,
  mapping: Mapping,
  after: Pair,
  entries: readonly (readonly [string, FieldValue])[],
): Splice {
  const end = leafEnd(after)
  const start = keyStart(after)
  const quote = text[start] === '"' ? '"' : ''
  // What stands before a key is repeated before the new ones: a blank, or a line of its own.
  const before = /[\s]*$/.exec(text.slice(0, start))?.[0] ?? ''
  const isFirst = mapping.items[0] === after
  const gap = before === '' || (isFirst && !before.includes('\n')) ? flowGap(text, mapping, quote) : before
  const written = entries.map(
    ([key, value]) => `,${gap}${scalar(key, quote)}:${colonGap(text, after)}${inFlow(value, quote)}`,
  )
  return { start: end, end, text: written.join('') }
}

/** The blank behind commas, as the mapping itself has it: compact JSON has none. */
function flowGap(text: string, mapping: Mapping, quote: string): string {
  const second = mapping.items[1]
  if (second === undefined) return quote === '' ? ' ' : ''
  return /\s*$/.exec(text.slice(0, keyStart(second)))?.[0] ?? ''
}

function colonGap(text: string, pair: Pair): string {
  const { value } = pair
  if (!isNode(value) || !isNode(pair.key)) return ' '
  const [, keyEnd] = rangeOf(pair.key)
  const between = text.slice(keyEnd, rangeOf(value)[0])
  return /^:$/.test(between) && text[keyStart(pair)] === '"' ? '' : ' '
}

/** `isBehind`: another entry stays in front of it, whose comma goes. */
function removeFromFlow(text: string, { items }: Mapping, index: number, isBehind: boolean): Splice {
  const pair = items[index]!
  const next = items[index + 1]
  if (isBehind) return { start: text.indexOf(',', leafEnd(items[index - 1]!)), end: leafEnd(pair), text: '' }
  return { start: keyStart(pair), end: next === undefined ? leafEnd(pair) : keyStart(next), text: '' }
}

function inBlock(name: string, value: FieldValue, column: number, step: number): string[] {
  const key = `${' '.repeat(column)}${scalar(name, '')}:`
  if (isTree(value) && Object.keys(value).length > 0)
    return [key, ...Object.entries(value).flatMap(([inner, one]) => inBlock(inner, one, column + step, step))]
  return [`${key} ${isScalarValue(value) ? scalar(value, '') : inFlow(value, '')}`]
}

function inFlow(value: FieldValue, quote: string): string {
  if (isScalarValue(value)) return scalar(value, quote === '' && /[,[\]{}]/.test(String(value)) ? '"' : quote)
  if (!isTree(value)) return `[${value.map((inner) => inFlow(inner, quote)).join(', ')}]`
  const entries = Object.entries(value).map(
    ([key, inner]) => `${scalar(key, quote)}: ${inFlow(inner, quote)}`,
  )
  return `{${entries.join(', ')}}`
}

/** A value that is neither a mapping nor a list. */
export type Single = string | number | boolean | null

export function isScalarValue(value: FieldValue): value is Single {
  return typeof value !== 'object' || value === null
}

/** Only words have quotes: those that are asked for, or that they need to stay words. */
function scalar(value: Single, quote: string): string {
  if (typeof value !== 'string') return String(value)
  if (quote === "'") return `'${value.replaceAll("'", "''")}'`
  return quote === '"' ? JSON.stringify(value) : stringify(value, { lineWidth: 0, version: '1.1' }).trimEnd()
}

/** How far this file indents: the difference to a mapping within, else the usual two. */
function stepOf(text: string, mapping: Mapping, column: number): number {
  for (const { value } of mapping.items) {
    if (!isMap(value) || value.flow === true || value.items.length === 0) continue
    const step = columnOf(text, keyStart(value.items[0]!)) - column
    if (step > 0) return step
  }
  return 2
}

function keyStart({ key }: Pair): number {
  return isNode(key) ? rangeOf(key)[0] : 0
}

/** Where the text of an entry really ends: a collection's own range goes on over comments and blank lines. */
function leafEnd({ key, value }: Partial<Pair>): number {
  let node: unknown = value
  let last = isNode(key) ? rangeOf(key)[1] : 0
  while (isNode(node)) {
    if (!isCollection(node) || node.flow === true || node.items.length === 0) return rangeOf(node)[1]
    const item: unknown = node.items.at(-1)
    if (isNode(item)) node = item
    else {
      const pair = item as Pair
      last = isNode(pair.key) ? rangeOf(pair.key)[1] : last
      node = pair.value
    }
  }
  return last
}

/** The end of the line that an offset is in, behind its newline; the offset itself where a block scalar took it. */
function lineEnd(text: string, offset: number): number {
  if (text[offset - 1] === '\n') return offset
  const newline = text.indexOf('\n', offset)
  return newline < 0 ? text.length : newline + 1
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function rangeOf(node: Node): [number, number] {
  const { range } = node
  if (range === null || range === undefined) throw new Error('a parsed node has a range')
  return [range[0], range[1]]
}
