import { nonBreakingSpace } from '../../text/width.ts'
import { describeSurvey } from '../survey/verdict.ts'
import { describeVerdict } from '../words/verdict.ts'
import type { VerdictWords } from '../words/words.ts'
import { behaviourOf } from '../../../model/probe/results/compared.ts'
import type { Conclusion, ProbeComparison } from '../../../model/probe/results/comparison.ts'

export interface ConclusionWords {
  headline: string
  sentence: string
}

/** What two probes say together, in words; the same in the text and in JSON. */
export function conclusionWords({ kind, runs, conclusion, change }: ProbeComparison): ConclusionWords {
  const [first, second] = runs
  if (conclusion.kind === 'same') {
    const sentence =
      change === undefined
        ? `both are ${conclusion.behaviour}`
        : `${change} changes nothing here: ${conclusion.behaviour} either way`
    return { headline: 'ALIKE', sentence }
  }
  if (conclusion.kind === 'different') {
    const { from, to } = conclusion
    return {
      headline: 'DIFFERENT',
      sentence: `${from} ${where(kind, first.title)}, ${to} ${where(kind, second.title)}`,
    }
  }
  if (conclusion.kind === 'unclear') return { headline: 'INCONCLUSIVE', sentence: unclearWords(runs) }
  return echoWords(conclusion, second.result.verdict.expected)
}

/** The verdict of a run in words, of one cell or of many. */
export function describe(result: ProbeComparison['runs'][number]['result']): VerdictWords {
  return 'cells' in result ? describeSurvey(result) : describeVerdict(result)
}

/** What each of those that could not tell says itself, and what the other one is. */
function unclearWords(runs: ProbeComparison['runs']): string {
  return runs
    .map(({ title, result }) => {
      const behaviour = behaviourOf(result)
      return `${title}: ${behaviour === 'inconclusive' ? describe(result).summary : behaviour}`
    })
    .join('; ')
    .replaceAll(nonBreakingSpace, ' ')
}

function where(kind: ProbeComparison['kind'], title: string): string {
  if (kind === 'compare') return `through ${title}`
  return title === 'as it is' ? title : `with ${title}`
}

type EchoConclusion = Exclude<Conclusion, { kind: 'same' | 'different' | 'unclear' }>

const behind = 'the application, its cookies and sessions, or a proxy in its pods or in front of them'

function echoWords({ kind }: EchoConclusion, expected: 'sticky' | 'spread'): ConclusionWords {
  const does = expected === 'sticky' ? 'keeps a client on its pod' : 'spreads the requests of a client'
  const words: Record<EchoConclusion['kind'], ConclusionWords> = {
    'both-fine': {
      headline: 'BOTH FINE',
      sentence: `the cluster ${does}, and so it is seen at the application`,
    },
    application: {
      headline: 'THE APPLICATION',
      sentence: `the cluster ${does}; what is different comes from ${behind}`,
    },
    'application-unclear': {
      headline: 'NOT THE CLUSTER',
      sentence: `the cluster ${does}; the answers of the application do not tell. If sessions break, look at ${behind}`,
    },
    cluster: {
      headline: 'THE CLUSTER',
      sentence:
        'it does not treat echo pods on the same nodes as the Service is configured either; the application is not to blame',
    },
    'echo-only': {
      headline: 'ONLY THE ECHO PODS',
      sentence:
        "do not behave as configured; the application does. Something in the cluster selects by the Service's name or labels",
    },
  }
  return words[kind]
}
