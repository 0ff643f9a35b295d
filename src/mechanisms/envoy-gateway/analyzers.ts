import type { Analyzer } from '../analyzer.ts'
import { hashAnalyzer } from './analyzers/hash.ts'
import { targetAnalyzer } from './analyzers/target.ts'
import { wayAnalyzer } from './analyzers/ways.ts'

/** What is said about policies of Envoy Gateway. */
export const analyzers: readonly Analyzer[] = [hashAnalyzer, targetAnalyzer, wayAnalyzer]
