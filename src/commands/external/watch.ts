import { explainFailure } from '../../cli/errors.ts'
import { clusterWords } from '../../external/origin/read.ts'
import type { ExternalStep } from '../../external/steps.ts'
import type { ExternalDone } from '../../external/write.ts'
import { addressLine } from '../../report/external/text.ts'
import type { Style } from '../../report/terminal.ts'
import { paintLines } from '../../report/text/line.ts'
import { countOf } from '../../model/common/count.ts'
import { sanitize } from '../../report/text/sanitize.ts'

/** A step of following another cluster. */
type FollowStep = Exclude<ExternalStep, { kind: 'clusters' | 'waiting' | 'written' }>

/** What is said about a step, a line each. */
export function followLines(step: FollowStep, style: Style): string[] {
  if (step.kind === 'updated') return updateLines(step.done, style)
  if (step.kind === 'problem') {
    const { lines } = explainFailure(step.error, { flags: [] })
    return [[...lines.map((line) => sanitize(line)), 'the last endpoints stay'].join('\n          ')]
  }
  return [sanitize(sentence(step))]
}

function sentence(step: Exclude<FollowStep, { kind: 'updated' | 'problem' }>): string {
  if (step.kind === 'solved') return 'up to date again'
  const where = clusterWords(step.origin)
  if (step.kind === 'following')
    return `following ${step.refs.join(', ')} of ${where}; Ctrl-C ends it, the endpoints stay`
  if (step.kind === 'back') return `${where} answers again`
  const { reason, endpoints } = step
  const stay = endpoints === 1 ? 'the last endpoint stays' : `the last ${countOf(endpoints, 'endpoint')} stay`
  return `no contact with ${where} (${firstLine(reason)}): ${stay}`
}

function updateLines({ plan, objects }: ExternalDone, style: Style): string[] {
  const lines = [
    ...plan.added.map((one) => addressLine('+', one, 0, style)),
    ...plan.removed.map((one) => addressLine('-', one, 0, style)),
  ]
  if (lines.length === 0 && objects.some(({ kind }) => kind !== 'unchanged'))
    return ['put right what somebody else had changed']
  return paintLines(lines, Infinity, style).map((line) => line.trimStart())
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
