import type { Analyzer } from '../../analyzer.ts'
import { grpcRoutes, httpRoutes } from '../objects.ts'
import { attachmentAnalyzer, controllerAnalyzer, policyAnalyzer, prunedAnalyzer } from './controller.ts'
import { cookieAnalyzer } from './cookies.ts'
import { fieldAnalyzer } from './fields.ts'

/** What is said about routes, of both kinds, and about policies for their Services. */
export const analyzers: readonly Analyzer[] = [
  ...[httpRoutes, grpcRoutes].flatMap((type) => [
    fieldAnalyzer(type),
    attachmentAnalyzer(type),
    prunedAnalyzer(type),
    controllerAnalyzer(type),
    cookieAnalyzer(type),
  ]),
  policyAnalyzer,
]
