import type { Answer } from './answer.ts'

/** Bytes of the body and characters of the headers that an excerpt holds at most. */
const bodyLimit = 2048
const headLimit = 1024
const headerLimit = 256

/**
 * The beginning of an answer that named nobody: `HTTP 200` or `TCP`, headers but those in `without`, an empty line,
 * the beginning of the body. For people to read, and to be searched again once more endpoints are known than when the
 * agent was started.
 */
export function formatExcerpt(answer: Answer, without: ReadonlySet<string>): string {
  let head = answer.status === undefined ? 'TCP\n' : `HTTP ${answer.status}\n`
  for (const [name, value] of answer.headers) {
    if (!without.has(name) && head.length < headLimit) head += `${name}: ${value.slice(0, headerLimit)}\n`
  }
  return `${head}\n${Buffer.from(answer.body.slice(0, bodyLimit), 'latin1').toString('utf8')}`
}
