import { backendLetter } from '../../../model/probe/backend.ts'
import type { ComparedRun } from '../../../model/probe/results/comparison.ts'
import type { BackendTally, ProbeResult } from '../../../model/probe/results/probe-result.ts'

/** All who have no letter of their own share this one (src/model/probe/backend.ts). */
const shared = '+'

type Backends = Pick<ProbeResult, 'backends'>

/** The second result with the letters of the first for those who answered in both, and letters of their own for others. */
export function alignLetters(first: Backends, second: ProbeResult): ProbeResult
export function alignLetters(first: Backends, second: ComparedRun['result']): ComparedRun['result']
export function alignLetters(first: Backends, second: ComparedRun['result']): ComparedRun['result'] {
  const keys = keysOf(second.backends)
  const known = new Map(
    keysOf(first.backends).map((key, index) => [key, first.backends[index]?.backend.letter]),
  )
  const letters = new Map<string, string>()
  let next = first.backends.length
  for (const [index, { backend }] of second.backends.entries()) {
    const { letter } = backend
    letters.set(letter, letter === shared ? shared : (known.get(keys[index]!) ?? backendLetter(next++)))
  }
  const renamed = (letter: string): string => letters.get(letter) ?? letter
  const backends = second.backends.map((tally) => ({
    ...tally,
    backend: { ...tally.backend, letter: renamed(tally.backend.letter) },
  }))
  if ('cells' in second)
    return {
      ...second,
      backends,
      cells: second.cells.map((cell) => ({
        ...renamedCourse(cell, renamed),
        backends: cell.backends.map((hits) => ({ ...hits, letter: renamed(hits.letter) })),
      })),
    }
  return { ...renamedCourse(second, renamed), backends }
}

function renamedCourse<T extends Pick<ProbeResult, 'timeline' | 'switches'>>(
  course: T,
  renamed: (letter: string) => string,
): T {
  return {
    ...course,
    timeline: course.timeline.map((stretch) =>
      stretch.letter === undefined ? stretch : { ...stretch, letter: renamed(stretch.letter) },
    ),
    switches: course.switches.map((one) => ({ ...one, from: renamed(one.from), to: renamed(one.to) })),
  }
}

/** Different answers may look alike in their short description: these are the first, the second, … of that name. */
function keysOf(backends: readonly BackendTally[]): string[] {
  const counts = new Map<string, number>()
  return backends.map(({ backend: { kind, name } }) => {
    const count = (counts.get(`${kind} ${name}`) ?? 0) + 1
    counts.set(`${kind} ${name}`, count)
    return `${kind} ${name} ${count}`
  })
}
