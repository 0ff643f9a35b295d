import type { Node } from './kubernetes.ts'

/** Why an ordinary pod for Linux cannot run on a node: one that tolerates nothing. Undefined when it can. */
export function whyNoPods({ metadata, spec, status }: Node): string | undefined {
  const os = metadata.labels?.['kubernetes.io/os']
  if (os !== undefined && os !== 'linux') return os
  if (status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') return 'not ready'
  const taint = spec?.taints?.find(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
  if (spec?.unschedulable === true) return 'cordoned'
  return taint === undefined ? undefined : `tainted ${taint.key ?? ''}`.trim()
}
