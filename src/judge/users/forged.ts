import type {
  ForgedKind,
  ForgedOutcome,
  ForgedReport,
  ForgedSurvey,
} from '../../model/probe/cookies/forged.ts'

/** What one user saw who sent one cookie again and again. */
export interface ForgedVisit {
  kind: ForgedKind
  answers: number
  replaced: number
  changed: number
  disagreed?: number
}

/** What became of each kind of cookie that nobody was given. Pure. */
export function judgeForged(visits: readonly ForgedVisit[]): Pick<ForgedSurvey, 'reports' | 'points'> {
  const reports = [...Map.groupBy(visits, ({ kind }) => kind)].flatMap(([kind, own]): ForgedReport[] => {
    const sum = (key: 'answers' | 'replaced' | 'changed'): number =>
      own.reduce((total, visit) => total + visit[key], 0)
    const [answers, replaced, changed] = [sum('answers'), sum('replaced'), sum('changed')]
    if (answers <= own.length) return []
    const disagreed = own.reduce((total, visit) => total + (visit.disagreed ?? 0), 0)
    return [
      {
        kind,
        users: own.length,
        answers,
        replaced,
        changed,
        ...(kind === 'named' ? { disagreed } : {}),
        outcome: outcomeOf(answers, replaced, changed),
      },
    ]
  })
  const unknown = reports.find(({ kind }) => kind === 'unknown')?.outcome
  const named = reports.find(({ kind }) => kind === 'named')
  if (unknown === 'kept') return { reports, points: 'into-a-hash' }
  // Whoever gives another one may do so to everybody, at each answer: only one that is honoured shows a record.
  const isHonoured = named?.outcome === 'kept' && named.disagreed === 0
  return isHonoured && unknown === 'replaced' ? { reports, points: 'at-a-pod' } : { reports }
}

function outcomeOf(answers: number, replaced: number, changed: number): ForgedOutcome {
  if (replaced === answers) return 'replaced'
  if (replaced > 0) return 'mixed'
  return changed === 0 ? 'kept' : 'ignored'
}
