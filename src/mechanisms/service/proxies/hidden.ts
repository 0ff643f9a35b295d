import { type Fact, known, unknown } from '../../../model/cluster/store.ts'
import type { Node } from '../../../model/cluster/kubernetes.ts'
import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'
import { flagOf, type HiddenEvidence, isFalse, startWords } from './evidence.ts'
import { defaultMode, modeOf, modeWord } from './kube-proxy.ts'

/** Distributions that run kube-proxy without a DaemonSet, by their version. */
const inside = [
  { version: /\+k3s/, name: 'k3s' },
  { version: /\+rke2/, name: 'RKE2' },
] as const

/** Whether a version is of a distribution whose kube-proxy no DaemonSet runs. */
export function sitsInside(version: string): boolean {
  return inside.some((one) => one.version.test(version))
}

/** What k3s and RKE2 were started with, as they write it on their nodes (a JSON list of words). */
export function nodeArguments(nodes: readonly Node[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    nodes.flatMap(({ metadata: { name, annotations = {} } }) => {
      const text = annotations['k3s.io/node-args'] ?? annotations['rke2.io/node-args']
      const words = text === undefined ? undefined : wordsIn(text)
      return words === undefined ? [] : [[name, words] as const]
    }),
  )
}

function wordsIn(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.map(String) : undefined
  } catch {
    return undefined
  }
}

/**
 * kube-proxy where there is neither a ConfigMap nor a DaemonSet of it: in static pods, as kops, GKE and RKE2 have it, or
 * inside the process of k3s, which says on its nodes how it was started (k3s-io/k3s, pkg/nodeconfig; pkg/daemons/agent:
 * proxy-mode iptables). Undefined where nothing points to it.
 */
export function hiddenKubeProxy({ pods, version, nodeArgs }: HiddenEvidence): Fact<ProxyFacts> | undefined {
  const distribution = version.known ? inside.find((one) => one.version.test(version.value))?.name : undefined
  if (distribution !== undefined) {
    const args = nodeArgs.known ? [...nodeArgs.value.values()] : []
    if (args.length > 0 && args.every((words) => isSwitchedOff(words))) {
      return unknown({
        what: 'the Service proxy',
        reason: 'not-known',
        detail: `kube-proxy of ${distribution} is switched off, and no DaemonSet of another one is there`,
      })
    }
  }
  const [pod] = pods.known ? pods.value : []
  if (pod !== undefined) {
    const mode = modeOf(startWords(pod.spec.containers))
    return known({
      kind: 'kube-proxy',
      ...(mode === undefined ? {} : { mode }),
      source: `pod kube-system/${pod.metadata.name}`,
      tellsMode: false,
      settings: {},
    })
  }
  if (distribution !== 'k3s') return undefined
  const mode = nodeArgs.known ? modeOfK3s([...nodeArgs.value.values()]) : undefined
  return known({
    kind: 'kube-proxy',
    ...(mode === undefined ? {} : { mode }),
    source: `${distribution}, inside its own process`,
    tellsMode: false,
    settings: {},
  })
}

/** Its own process listens on the loopback address only. */
function modeOfK3s(nodes: readonly (readonly string[])[]): ProxyFacts['mode'] {
  const modes = new Set(nodes.map((words) => modeWord(proxyArgument(words, 'proxy-mode') ?? defaultMode)))
  const [first] = modes
  return modes.size === 1 ? first : undefined
}

/** `--kube-proxy-arg=NAME=value`, or in two words. */
function proxyArgument(words: readonly string[], name: string): string | undefined {
  const values = words.flatMap((word, index) => {
    if (word.startsWith('--kube-proxy-arg=')) return [word.slice('--kube-proxy-arg='.length)]
    return words[index - 1] === '--kube-proxy-arg' ? [word] : []
  })
  return values.findLast((value) => value.startsWith(`${name}=`))?.slice(name.length + 1)
}

function isSwitchedOff(words: readonly string[]): boolean {
  const value = flagOf(words, '--disable-kube-proxy')
  return value !== undefined && !isFalse(value)
}
