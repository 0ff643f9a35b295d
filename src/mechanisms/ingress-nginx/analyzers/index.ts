import type { Analyzer } from '../../analyzer.ts'
import { dead, values } from './annotations.ts'
import { lost, notIssued, sameSite, shared } from './cookies.ts'
import { hashConstant, hashLoses, hashOfNodes, hashSubset, hashWeighted } from './hashes.ts'
import { patterns, regexPath } from './paths.ts'
import { retired } from './retired.ts'
import { canary, fight, serviceUpstream } from './upstreams.ts'

export const analyzers: readonly Analyzer[] = [
  values,
  dead,
  regexPath,
  lost,
  patterns,
  serviceUpstream,
  canary,
  hashLoses,
  fight,
  notIssued,
  hashSubset,
  hashConstant,
  hashWeighted,
  hashOfNodes,
  shared,
  sameSite,
  retired,
]
