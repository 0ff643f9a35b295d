import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'
import { flagOf } from './evidence.ts'

/** Where kube-proxy keeps its configuration: kubeadm's ConfigMap, then that of Amazon EKS. */
export const kubeProxyConfigMaps = [
  { namespace: 'kube-system', name: 'kube-proxy', key: 'config.conf' },
  { namespace: 'kube-system', name: 'kube-proxy-config', key: 'config' },
] as const

type Mode = NonNullable<ProxyFacts['mode']>

const modes: readonly string[] = ['iptables', 'nftables', 'ipvs', 'kernelspace'] satisfies Mode[]

/** The mode of a KubeProxyConfiguration that sets none (cmd/kube-proxy/app/server_linux.go, platformApplyDefaults). */
export const defaultMode: Mode = 'iptables'

/** What matters of a KubeProxyConfiguration; undefined for a text that is none. */
export interface KubeProxyConfiguration {
  mode: Mode
  /** The metrics server, which tells the mode, can be reached from outside the node. */
  tellsMode: boolean
}

/**
 * Reads the two fields that matter of a KubeProxyConfiguration. By line: both are scalars at the top level, which
 * everything that writes this file puts on a line of their own, and a YAML parser costs more than all other reading.
 */
export function parseKubeProxyConfiguration(text: string): KubeProxyConfiguration | undefined {
  if (!/^\s*"?kind"?:\s*"?KubeProxyConfiguration\b/m.test(text)) return undefined
  const mode = topLevelScalar(text, 'mode')
  if (mode !== undefined && mode !== '' && !modes.includes(mode.toLowerCase())) return undefined
  const address = topLevelScalar(text, 'metricsBindAddress') ?? ''
  return {
    mode: mode === undefined || mode === '' ? defaultMode : (mode.toLowerCase() as Mode),
    tellsMode: address !== '' && !/^(127\.|localhost|\[?::1\]?)/.test(address),
  }
}

/** The value of `key: value`, `key: "value"` at the start of a line, without a comment. */
function topLevelScalar(text: string, key: string): string | undefined {
  const match = new RegExp(
    `^${key}:[ \\t]*(?:"([^"\\n]*)"|'([^'\\n]*)'|([^\\s#][^\\n]*?)?)[ \\t]*(?:#.*)?\\r?$`,
    'm',
  ).exec(text)
  if (match === null) return undefined
  return (match[1] ?? match[2] ?? match[3] ?? '').trim()
}

/** What `/proxyMode` answers; undefined for anything else. */
export function parseProxyMode(answer: unknown): Mode | undefined {
  return typeof answer === 'string' ? modeWord(answer) : undefined
}

/** A mode by its word; undefined for anything else. */
export function modeWord(text: string): Mode | undefined {
  const word = text.trim().toLowerCase()
  return modes.includes(word) ? (word as Mode) : undefined
}

/** The mode of a kube-proxy by its command line; undefined where a file says it, or nobody does. */
export function modeOf(words: readonly string[]): Mode | undefined {
  if (words.length === 0 || flagOf(words, '--config') !== undefined) return undefined
  return modeWord(flagOf(words, '--proxy-mode') ?? defaultMode)
}
