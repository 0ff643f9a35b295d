import type { Backend } from '../../../model/probe/backend.ts'
import type { ProbeEvent } from '../../../model/probe/probe-event.ts'
import type { EndpointChange, SwitchExplanation } from '../../../model/probe/results/probe-result.ts'
import { changeWord } from '../strip/marks.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'

/** An event in one line: `14:03:07  A web-1 → B web-2   request 812, A terminating`. `at` is when it happened. */
export function eventLine(event: ProbeEvent, at: Date): string {
  return `${clock(at)}  ${event.type === 'switch' ? switchWords(event) : endpointWords(event.change)}`
}

/** An event as one object for programs, to be printed on a line of its own. */
export function eventObject(event: ProbeEvent, at: Date): object {
  return {
    apiVersion: 'affinity.kubectl.dev/v1',
    kind: 'ProbeEvent',
    time: at.toISOString(),
    ...event,
  }
}

function switchWords(event: ProbeEvent & { type: 'switch' }): string {
  const { number, from, to, explanation, isRehashed } = event
  const unexplained =
    isRehashed === true ? `${from.letter} had not gone, the hash moved it` : 'nothing explains it'
  const why = explanation === undefined ? unexplained : explanationWords(explanation, from)
  return `${whoWords(event)}${backendWords(from)} → ${backendWords(to)}   request ${number}, ${why}`
}

/** `user 2 of client 0 at entry 1: `, as far as there are several of each. */
function whoWords({ client, entry, session }: ProbeEvent & { type: 'switch' }): string {
  const owners = [
    ...(session === undefined ? [] : [`user ${session + 1}`]),
    ...(client === undefined ? [] : [client < 0 ? 'this machine' : `client ${client}`]),
  ]
  const words = [
    ...(owners.length === 0 ? [] : [owners.join(' of ')]),
    ...(entry === undefined ? [] : [`at entry ${entry}`]),
  ]
  return words.length === 0 ? '' : `${words.join(' ')}: `
}

/** Why a client left `from`. */
export function explanationWords(explanation: SwitchExplanation, from: Backend): string {
  if (explanation.kind === 'cookie-ended')
    return `the cookie ${sanitize(explanation.cookie)} had ended, ${formatElapsed(explanation.ageMs)} after it was given`
  if (explanation.kind === 'endpoint-gone') return `${from.letter} ${changeWord(explanation.change)}`
  return explanation.kind === 'age-reached'
    ? `${formatElapsed(explanation.ageMs)} after ${from.letter} was picked`
    : `after ${formatElapsed(explanation.silentMs)} without an answer`
}

function endpointWords(change: EndpointChange): string {
  return `endpoint ${sanitize(change.pod ?? change.address)} ${changeWord(change)}`
}

function backendWords({ letter, name }: Backend): string {
  return `${letter} ${sanitize(name)}`
}

/** In the reader's own time zone, as their other logs are. */
function clock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
