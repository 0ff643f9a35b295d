import { mechanisms } from '../../mechanisms/index.ts'
import type { Analyzer } from '../../mechanisms/analyzer.ts'
import { hashOfNodes } from './address.ts'
import { drawsService } from './draws.ts'
import { fights } from './fights.ts'
import { misplaced } from './misplaced.ts'
import { cookiePath } from './path.ts'
import { refusedCookie } from './refused.ts'
import { secureCookie } from './secure.ts'
import { applicationCookie, ingressFront, missingService, routeFront } from './front.ts'

/** Every analyzer: those that are about several mechanisms, and each mechanism's. */
export const analyzers: readonly Analyzer[] = [
  ingressFront,
  routeFront,
  missingService,
  applicationCookie,
  secureCookie,
  refusedCookie,
  cookiePath,
  ...misplaced,
  drawsService,
  fights,
  hashOfNodes,
  ...mechanisms.flatMap((mechanism) => mechanism.analyzers ?? []),
]
