import { jsonText } from '../../text/json.ts'
import type { ProbeEvent } from '../../../model/probe/probe-event.ts'
import { countOf } from '../../../model/common/words/amounts.ts'
import { eventLine, eventObject } from './events.ts'

/** Lines of text in a second; beyond them switches are counted. */
const mostPerSecond = 10

export interface EventWriter {
  write: (event: ProbeEvent, at: Date) => void
  /** Says what was counted only. */
  flush: () => void
}

/**
 * Writes events line by line: JSON objects all of them; for people no more in a second than they can read.
 * @param print takes a line without its end
 */
export function createEventWriter(format: 'json' | 'text', print: (line: string) => void): EventWriter {
  if (format === 'json') {
    return { write: (event, at) => print(jsonText(eventObject(event, at))), flush: () => {} }
  }
  let second = -1
  let printed = 0
  let left = 0
  const flush = (): void => {
    if (left > 0) print(`… and ${countOf(left, 'more switch', 'more switches')} within a second`)
    left = 0
  }
  const write = (event: ProbeEvent, at: Date): void => {
    const now = Math.floor(at.getTime() / 1000)
    if (now !== second) {
      flush()
      second = now
      printed = 0
    }
    // Endpoints are few, and are what explains the rest.
    if (event.type === 'switch' && printed >= mostPerSecond) left += 1
    else {
      printed += 1
      print(eventLine(event, at))
    }
  }
  return { write, flush }
}
