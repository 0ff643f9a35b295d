import type { Analyzer } from '../../analyzer.ts'
import { conflictAnalyzers } from './conflicts.ts'
import { hashAnalyzers } from './cookies.ts'
import { routeAnalyzers } from './routes.ts'
import { ruleAnalyzers } from './rules.ts'
import { serviceAnalyzers } from './services.ts'
import { unusedAnalyzers } from './unused.ts'

/** All that is found about objects of Istio. */
export const analyzers: readonly Analyzer[] = [
  ...hashAnalyzers,
  ...ruleAnalyzers,
  ...routeAnalyzers,
  ...conflictAnalyzers,
  ...serviceAnalyzers,
  ...unusedAnalyzers,
]
