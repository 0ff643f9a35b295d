import type { Fact } from '../../../model/cluster/store.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { Mend } from '../../../model/findings/mend.ts'
import type { ProxyAffinity, ProxyFacts } from '../../../model/cluster/snapshot.ts'
import { isOlderThan } from '../../kit/programs/version.ts'
import { type DaemonSet, dataOf, type ProxyRecogniser, running } from './evidence.ts'

/** What Cilium's agent is called: by its own chart, and by GKE. */
const agents = [
  { name: 'cilium', product: undefined },
  { name: 'anetd', product: 'GKE Dataplane V2' },
] as const

/** The ConfigMap beside its agent. */
export const ciliumSettings = 'cilium-config'

/**
 * Cilium translates cluster IPs of pods on every node, with and without replacing kube-proxy; node ports and the like
 * only where it replaces it (cilium/cilium pull requests 11085, 16179; bpf/bpf_lxc.c, per-packet load balancing).
 */
export const cilium: ProxyRecogniser = (sets, evidence) => {
  const agent = agents.find(({ name }) => running(sets, name) !== undefined)
  if (agent === undefined) return undefined
  const set = running(sets, agent.name)
  const namespace = set?.metadata.namespace ?? 'kube-system'
  const config = dataOf(evidence, `${namespace}/${ciliumSettings}`)
  const isAlone = running(sets, 'kube-proxy') === undefined
  const replaces = replacesAll(config, isAlone)
  return {
    kind: 'cilium',
    ...(agent.product === undefined ? {} : { product: agent.product }),
    source:
      config === undefined
        ? `daemonset ${namespace}/${agent.name}, no kube-proxy`
        : `configmap ${namespace}/${ciliumSettings}`,
    settings: {
      ...pick(config, [
        'bpf-lb-sock',
        'bpf-lb-sock-hostns-only',
        'bpf-lb-algorithm',
        'bpf-lb-mode',
        'loadbalancer-l7',
      ]),
      ...(replaces === undefined ? {} : { replaces: String(replaces) }),
    },
    ...(replaces === true && !isPieced(config) ? {} : affinityOf(set, config)),
  }
}

/** Whether it serves node ports and the like as well; undefined where its settings are not known. */
export function isReplacement({ settings }: ProxyFacts): boolean | undefined {
  const replaces = settings['replaces']
  return replaces === undefined ? undefined : replaces === 'true'
}

/** Clusters of one mesh share a Service by these (Documentation/network/clustermesh/services.rst); the second is older. */
const globalAnnotations = ['service.cilium.io/global', 'io.cilium/global-service']

/** Whether pods of other clusters take its connections as well: where Cilium serves it, or nobody knows who does. */
export function isGlobal({ metadata }: Service, proxy: Fact<ProxyFacts>): boolean {
  const isShared = globalAnnotations.some((key) => metadata.annotations?.[key] === 'true')
  return isShared && (!proxy.known || proxy.value.kind === 'cilium')
}

/** By which a Service can ask for another way to pick its pods, where Cilium is told to heed it. */
const algorithmAnnotation = 'service.cilium.io/lb-algorithm'
/** By which it can ask for another way back to the client. */
const modeAnnotation = 'service.cilium.io/forwarding-mode'

/** By which a Service asks Cilium's Envoy to pick its pods, where Cilium has one for that (operator/pkg/ciliumenvoyconfig). */
export const envoyAnnotation = 'service.cilium.io/lb-l7'

/** Whether an Envoy of Cilium picks a pod for each request to a Service. */
export function picksByEnvoy({ metadata }: Service, { kind, settings }: ProxyFacts): boolean {
  return (
    kind === 'cilium' &&
    settings['loadbalancer-l7'] === 'envoy' &&
    metadata.annotations?.[envoyAnnotation] === 'enabled'
  )
}

/** Whether it serves node ports, and picks pods for clients from outside by a hash that is the same on all nodes. */
export function picksByMaglev({ metadata }: Service, { kind, settings, outside }: ProxyFacts): boolean {
  return (
    kind === 'cilium' &&
    outside === undefined &&
    settings['bpf-lb-algorithm'] === 'maglev' &&
    metadata.annotations?.[algorithmAnnotation] === undefined
  )
}

/**
 * Whether node ports show pods the address of the client though these are on another node: the node that has the pod answers
 * by itself, for everything or for TCP alone. Undefined where the Service asks for a way that may not be heeded.
 */
export function answersDirectly({ metadata, spec }: Service, { settings }: ProxyFacts): boolean | undefined {
  if (metadata.annotations?.[modeAnnotation] !== undefined) return undefined
  if (settings['bpf-lb-mode'] === 'dsr') return true
  const isTcp = (spec.ports ?? []).every(({ protocol = 'TCP' }) => protocol === 'TCP')
  return settings['bpf-lb-mode'] === 'hybrid' && isTcp
}

/**
 * `true`, or the older `strict` and `probe`; in between, `partial` and `false` with node ports switched on by themselves,
 * up to 1.18. Without the ConfigMap: a cluster without kube-proxy must have a replacement.
 */
function replacesAll(config: Record<string, string> | undefined, isAlone: boolean): boolean | undefined {
  if (config === undefined) return isAlone ? true : undefined
  const replacement = config['kube-proxy-replacement'] ?? (isAlone ? 'true' : 'false')
  return whole.has(replacement) || config['enable-node-port'] === 'true'
}

/** With `partial` and the like each part is switched on by itself; to replace all of kube-proxy switches affinity on, too (daemon/kube_proxy_replacement.go up to 1.15). */
function isPieced(config: Record<string, string> | undefined): boolean {
  const replacement = config?.['kube-proxy-replacement']
  return replacement !== undefined && !whole.has(replacement)
}

const whole = new Set(['true', 'strict', 'probe'])

const switchOn = (namespace: string): readonly Mend[] => [
  "set sessionAffinity: true in Cilium's Helm values",
  {
    deed: {
      kind: 'fields',
      of: { kind: 'ConfigMap', namespace, name: ciliumSettings },
      fields: { data: { 'enable-session-affinity': 'true' } },
    },
  },
  { deed: { kind: 'run', command: `kubectl rollout restart daemonset/cilium -n ${namespace}` } },
]

/**
 * Without replacing kube-proxy, sessionAffinity was off unless switched on up to 1.17, on unless switched off in 1.18, and
 * cannot be switched off since 1.19 (Documentation/operations/upgrade.rst of 1.18 and 1.19; pkg/kpr/kpr.go of 1.18).
 */
function affinityOf(
  set: DaemonSet | undefined,
  config: Record<string, string> | undefined,
): { affinity?: ProxyAffinity } {
  const namespace = set?.metadata.namespace ?? 'kube-system'
  if (config === undefined) {
    const why = `its settings, the ConfigMap ${namespace}/${ciliumSettings}, are not known`
    return { affinity: { state: 'unknown', why, mend: switchOn(namespace) } }
  }
  const setting = config['enable-session-affinity']
  if (setting === 'true') return {}
  const version = versionOf(set)
  const words = setting === undefined ? 'not set' : `"${setting}"`
  if (version === undefined)
    return {
      affinity: {
        state: 'unknown',
        why: `enable-session-affinity is ${words}, and which version of Cilium that means cannot be seen`,
        mend: switchOn(namespace),
      },
    }
  if (!isOlderThan(version, '1.19') || (setting === undefined && !isOlderThan(version, '1.18'))) return {}
  return {
    affinity: {
      state: 'off',
      why: `enable-session-affinity is ${words} in Cilium ${version}`,
      mend: switchOn(namespace),
    },
  }
}

/** `1.16.1` of `quay.io/cilium/cilium:v1.16.1@sha256:…`. */
function versionOf(set: DaemonSet | undefined): string | undefined {
  const images = (set?.spec?.template?.spec?.containers ?? []).map(({ image = '' }) => image)
  for (const image of images) {
    const match = /cilium[^:/]*:v?(\d+\.\d+(?:\.\d+)?)/.exec(image)
    if (match?.[1] !== undefined) return match[1]
  }
  return undefined
}

function pick(data: Record<string, string> | undefined, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = data?.[key]
      return value === undefined ? [] : [[key, value]]
    }),
  )
}
