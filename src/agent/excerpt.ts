import type { Answer } from './answer.ts'

/** Bytes of the body and characters of the headers that an excerpt holds at most. */
const bodyLimit = 2048
const headLimit = 1024
const headerLimit = 256

/**
 * The beginning of an answer that named nobody: `HTTP 200` or `TCP`, headers but those in `without`, an empty line,
 * the beginning of the body. For people to read, and for `parseExcerpt`.
 */
export function formatExcerpt(answer: Answer, without: ReadonlySet<string>): string {
  let head = answer.status === undefined ? 'TCP\n' : `HTTP ${answer.status}\n`
  for (const [name, value] of answer.headers) {
    if (!without.has(name) && head.length < headLimit) head += `${name}: ${value.slice(0, headerLimit)}\n`
  }
  return `${head}\n${Buffer.from(answer.body.slice(0, bodyLimit), 'latin1').toString('utf8')}`
}

/**
 * The part of the answer that an excerpt holds: to ask again who gave it, once more endpoints are known than when the
 * agent was started.
 */
export function parseExcerpt(excerpt: string): Answer {
  const end = excerpt.indexOf('\n\n')
  const [first = '', ...lines] = excerpt.slice(0, end).split('\n')
  const status = /^HTTP (\d+)$/.exec(first)?.[1]
  return {
    ...(status === undefined ? {} : { status: Number(status) }),
    headers: lines.map((line): [string, string] => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)]
    }),
    body: Buffer.from(excerpt.slice(end + 2)).toString('latin1'),
  }
}
