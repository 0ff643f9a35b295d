import { mechanisms } from '../../mechanisms/index.ts'
import type { Analyzer } from '../../mechanisms/analyzer.ts'
import { ingressFront, missingService, routeFront } from './front.ts'

/** Every analyzer: those that are about several mechanisms, and each mechanism's. */
export const analyzers: readonly Analyzer[] = [
  ingressFront,
  routeFront,
  missingService,
  ...mechanisms.flatMap((mechanism) => mechanism.analyzers ?? []),
]
