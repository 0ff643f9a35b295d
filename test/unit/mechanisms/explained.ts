import { readFileSync } from 'node:fs'
import type { Explanation } from '../../../src/analysis/analyse.ts'
import { explainFiles } from '../../../src/snapshot/explanations.ts'

/** What `explain -f` says of a file: explanations, and each finding as `CODE line`, worst levels first in each target. */
export interface Explained {
  explanations: readonly Explanation[]
  /** `AFF-NGX-… 12`, without those that are good to know only. */
  faults: string[]
  /** The same with all levels. */
  all: string[]
  /** `host/path policy` of every way from outside. */
  ways: string[]
}

export async function explained(path: string): Promise<Explained> {
  return await explainedText(readFileSync(path, 'utf8'))
}

export async function explainedText(text: string): Promise<Explained> {
  const stdin = (async function* () {
    yield await Promise.resolve(text)
  })()
  const steps = await Array.fromAsync(explainFiles(['-'], { recursive: false, namespace: 'default', stdin }))
  const explanations = steps.flatMap((step) => (step.kind === 'explanation' ? [step.explanation] : []))
  const ofFiles = steps.flatMap((step) => (step.kind === 'findings' ? step.findings : []))
  const findings = [...ofFiles, ...explanations.flatMap((one) => one.findings)]
  const lines = (levels: readonly string[]): string[] =>
    [
      ...new Set(
        findings
          .filter(({ level }) => levels.includes(level))
          .map(({ code, position }) => `${code} ${position?.line}`),
      ),
    ].toSorted()
  const ways = explanations.flatMap(({ paths }) =>
    paths
      .filter(({ entry }) => entry.kind === 'host')
      .map(({ entry, hops, share }) => {
        const { policy } = hops.find(({ role }) => role === 'decides' || role === 'no-effect') ?? {}
        const words = policy === undefined ? 'unknown' : wordsOf(policy)
        return `${entry.address} ${words}${share === undefined ? '' : ` ${Math.round(share * 100)} %`}`
      }),
  )
  return {
    explanations,
    faults: lines(['error', 'warning']),
    all: lines(['error', 'warning', 'info']),
    ways: [...new Set(ways)].toSorted(),
  }
}

/** The Gateway gw of a class that a controller serves, with the end of its document: what follows may name it. */
export function gatewayText(controller: string, namespace?: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: outer}
spec: {controllerName: ${controller}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw${namespace === undefined ? '' : `, namespace: ${namespace}`}}
spec: {gatewayClassName: outer, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
`
}

type Policy = Explanation['paths'][number]['hops'][number]['policy']

function wordsOf(policy: Policy): string {
  if (policy.kind === 'cookie')
    return `cookie ${policy.name ?? '?'}${policy.neverSent === undefined ? '' : ', never sent'}${policy.refused === undefined ? '' : ', refused'}`
  if (policy.kind === 'hash') return `hash ${policy.of}`
  return policy.kind === 'header' ? `header ${policy.name ?? '?'}` : policy.kind
}
