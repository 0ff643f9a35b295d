import type { CodeTable } from '../../model/findings/code.ts'

export const codes = {
  'AFF-SKIPPER-ALGORITHM': { level: 'error', title: 'An algorithm that Skipper does not know' },
  'AFF-SKIPPER-KEY-UNUSED': { level: 'warning', title: 'A key without the algorithm that hashes it' },
  'AFF-SKIPPER-BALANCE-FACTOR': { level: 'info', title: 'Under load Skipper moves clients on' },
} as const satisfies CodeTable
