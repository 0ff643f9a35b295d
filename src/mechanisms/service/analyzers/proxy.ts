import { envoyAnnotation, picksByEnvoy, picksByMaglev } from '../proxies/cilium.ts'
import { balancesSockets, semanticsOf } from '../proxies/semantics.ts'
import { servedBy } from '../proxies/served.ts'
import { isExternal, isProxied, isSticky, type Subject, serviceAnalyzer } from '../analyzer.ts'
import { annotationField } from '../../kit/controller.ts'
import { isOlderThan } from '../../kit/programs/version.ts'
import { commandFor, serviceTarget } from '../../../model/targets/command.ts'

const applies = (subject: Subject): boolean => isProxied(subject) && isSticky(subject)

/** Proxies that leave sessionAffinity alone, in whichever way in they serve. */
export const affinityOff = serviceAnalyzer({
  codes: ['AFF-PROXY-AFFINITY-OFF'],
  inputs: ['proxy'],
  applies,
  analyse: (_subject, { proxy }, report) => {
    const { affinity, outside } = proxy
    if (affinity === undefined) return
    const { name } = semanticsOf(proxy)
    if (affinity.state === 'unknown') {
      const what = `whether ${name} heeds sessionAffinity`
      report.cannot('AFF-PROXY-AFFINITY-OFF', { what, reason: 'not-known', detail: affinity.why })
      return
    }
    report('AFF-PROXY-AFFINITY-OFF', {
      message: `${name} ignores sessionAffinity${outside === undefined ? '' : ' at the cluster IP'}: ${affinity.why}`,
      why:
        outside === undefined
          ? 'It serves the connections of pods and nodes, and picks a pod for each of them.'
          : 'It translates the cluster IP for pods although kube-proxy runs beside it, which decides for node ports and for the nodes themselves.',
      mend: affinity.mend,
    })
  },
})

export const ipvs = serviceAnalyzer({
  codes: ['AFF-PROXY-IPVS-MINIMUM', 'AFF-PROXY-IPVS-RETIRES'],
  inputs: ['proxy'],
  applies,
  analyse: (subject, { proxy: inside }, report) => {
    const { policy, ref } = subject
    const proxy = servedBy(subject, inside).find((one) => semanticsOf(one).leastSeconds !== undefined)
    if (proxy === undefined) return
    const { leastSeconds: least = 0, name } = semanticsOf(proxy)
    if (policy.kind === 'client-ip' && policy.timeoutSeconds < least) {
      const where = proxy.mode === 'ipvs' ? 'in IPVS mode' : `with ${name}, which uses IPVS,`
      report('AFF-PROXY-IPVS-MINIMUM', {
        message: `timeout ${policy.timeoutSeconds} s, but ${where} a client stays for ${least} s at least`,
        why: 'Connections that have just closed (TIME_WAIT, two minutes) keep the entry alive in the kernel.',
        mend: [
          { deed: { kind: 'affinity', of: ref, to: { timeoutSeconds: least } } },
          'use kube-proxy in nftables mode',
        ],
      })
    }
    if (proxy.mode !== 'ipvs') return
    report('AFF-PROXY-IPVS-RETIRES', {
      message: 'kube-proxy runs in IPVS mode, which is deprecated since 1.35',
      why: 'It will be off by default and then removed. nftables mode keeps clients by the same rules, without the two-minute minimum.',
      mend: ['plan for mode: nftables (Linux 5.13 or newer)'],
    })
  },
})

export const windows = serviceAnalyzer({
  codes: ['AFF-SVC-TIMEOUT-UNSUPPORTED'],
  inputs: ['windowsNodes'],
  applies,
  analyse: (_subject, { windowsNodes }, report) => {
    const [first] = windowsNodes
    if (first === undefined) return
    report('AFF-SVC-TIMEOUT-UNSUPPORTED', {
      message: `the cluster has Windows nodes (${first}), where timeoutSeconds has no effect`,
      why: 'Clients on Windows nodes, or that enter through one, stay on their pod for a time that cannot be set.',
      mend: ['let clients enter through Linux nodes'],
      objects: windowsNodes.map((name) => ({ kind: 'Node', name })),
    })
  },
})

export const mixedModes = serviceAnalyzer({
  codes: ['AFF-PROXY-MIXED-MODES'],
  inputs: ['proxy'],
  applies,
  analyse: (_subject, { proxy }, report) => {
    const nodes = Object.entries(proxy.nodes ?? {})
    const modes = [...new Set(nodes.map(([, mode]) => mode))]
    if (modes.length < 2) return
    report('AFF-PROXY-MIXED-MODES', {
      message: `nodes run different proxy modes: ${modes.map((mode) => `${mode} on ${nodes.find((node) => node[1] === mode)?.[0]}`).join(', ')}`,
      why: 'Limits and shortest timeouts differ by mode, so the same Service behaves differently by node.',
      mend: ['run kube-proxy in one mode on all nodes'],
      objects: nodes.map(([name]) => ({ kind: 'Node', name })),
    })
  },
})

export const otherProxies = serviceAnalyzer({
  codes: ['AFF-PROXY-CILIUM-SOCKET', 'AFF-PROXY-ANTREA-TIMEOUT', 'AFF-PROXY-OVN-TIMEOUT'],
  inputs: ['proxy'],
  applies,
  analyse: ({ policy, ref }, { proxy }, report) => {
    if (proxy.affinity !== undefined) return
    const semantics = semanticsOf(proxy)
    if (balancesSockets(proxy)) {
      report('AFF-PROXY-CILIUM-SOCKET', {
        message: 'Cilium counts a pod as one client by its network namespace, whatever its address',
        why: 'Where a pod connects through the socket load balancer there is no source address yet. From outside, the address counts.',
        mend: [{ deed: { kind: 'run', command: commandFor('probe', serviceTarget(ref)) } }],
      })
    }
    if (semantics.timer === 'absolute') {
      report('AFF-PROXY-ANTREA-TIMEOUT', {
        message: `${semantics.name} counts the timeout from the first connection, not from the last`,
        why: 'A busy client changes its pod when the time is over, although it never paused.',
        mend: ['choose a timeout longer than a session'],
      })
    }
    if (proxy.kind === 'ovn-kubernetes' && policy.kind === 'client-ip' && policy.timeoutSeconds === 86_400) {
      report('AFF-PROXY-OVN-TIMEOUT', {
        message: 'OVN-Kubernetes takes a timeout of exactly 86400 s for "no timeout"',
        why: 'It then hashes addresses instead of remembering clients: they stay for good, and move when endpoints change.',
        mend: [{ deed: { kind: 'affinity', of: ref, to: { timeoutSeconds: 86_399 } } }],
        field: 'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      })
    }
  },
})

/** Longer timeouts hold most of the time that was asked for. */
const hardlyHolds = 2

export const cilium = serviceAnalyzer({
  codes: ['AFF-PROXY-CILIUM-SECONDS'],
  inputs: ['proxy'],
  applies,
  analyse: ({ policy, ref }, { proxy }, report) => {
    if (proxy.kind !== 'cilium' || policy.kind !== 'client-ip' || policy.timeoutSeconds > hardlyHolds) return
    const { timeoutSeconds } = policy
    report('AFF-PROXY-CILIUM-SECONDS', {
      message:
        timeoutSeconds === 1
          ? 'a timeout of 1 s hardly holds anybody: Cilium counts whole seconds, and the next one ends it'
          : `a timeout of ${timeoutSeconds} s lasts for 1 to 2 s: Cilium counts whole seconds`,
      why: 'Cilium cuts the time of the last connection and the present to seconds, so that a timeout ends up to a second early.',
      mend: [{ deed: { kind: 'affinity', of: ref, to: { timeoutSeconds: 10 } } }],
      field: 'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
    })
  },
})

export const ciliumEntries = serviceAnalyzer({
  codes: ['AFF-PROXY-CILIUM-ENTRIES'],
  inputs: ['proxy'],
  applies: (subject) => applies(subject) && isExternal(subject),
  analyse: ({ ref }, { proxy }, report) => {
    if (proxy.kind !== 'cilium' || proxy.affinity !== undefined || proxy.outside !== undefined) return
    report('AFF-PROXY-CILIUM-ENTRIES', {
      message: 'Cilium remembers a client for each address of the Service by itself',
      why: 'The same client may be on one pod by the cluster IP and on another by a node port.',
      mend: [
        'let a client always use the same address',
        {
          deed: {
            kind: 'run',
            command: commandFor('probe', serviceTarget(ref), { via: 'cluster-ip,node-port' }),
          },
        },
      ],
    })
  },
})

export const ciliumMaglev = serviceAnalyzer({
  codes: ['AFF-PROXY-CILIUM-MAGLEV'],
  inputs: ['proxy'],
  applies: (subject) => applies(subject) && isExternal(subject),
  analyse: ({ ref, service }, { proxy }, report) => {
    if (proxy.affinity !== undefined || !picksByMaglev(service, proxy)) return
    report('AFF-PROXY-CILIUM-MAGLEV', {
      message: 'Cilium picks by Maglev: from outside, a client is on the same pod again after the timeout',
      why: 'With affinity on, the hash is of the addresses without the port of the client: whoever was forgotten, or comes through another node, is hashed to the same pod.',
      mend: [commandFor('probe', serviceTarget(ref))],
    })
  },
})

export const ciliumEnvoy = serviceAnalyzer({
  codes: ['AFF-PROXY-CILIUM-L7'],
  inputs: ['proxy'],
  applies,
  analyse: ({ service }, { proxy }, report) => {
    if (!picksByEnvoy(service, proxy)) return
    report('AFF-PROXY-CILIUM-L7', {
      message: `${envoyAnnotation}: an Envoy of Cilium picks a pod for every request, and sessionAffinity plays no part`,
      why: 'Connections are handed to that Envoy before Cilium looks for a client that it remembers. Its algorithms are round robin, random and fewest requests: none keeps clients.',
      mend: [`take ${envoyAnnotation} away`],
      field: annotationField(envoyAnnotation),
    })
  },
})

export const oldKubernetes = serviceAnalyzer({
  codes: ['AFF-PROXY-OLD-KUBERNETES'],
  inputs: ['version', 'proxy'],
  applies,
  analyse: (subject, { version, proxy }, report) => {
    const { service } = subject
    if (!servedBy(subject, proxy).some(({ kind }) => kind === 'kube-proxy')) return
    const bug = knownBugs.find(({ from, fixed, concerns }) => {
      const isAffected = !isOlderThan(version, from) && isOlderThan(version, fixed)
      return isAffected && (concerns === 'all' || service.spec.externalTrafficPolicy === concerns)
    })
    if (bug === undefined) return
    report('AFF-PROXY-OLD-KUBERNETES', {
      message: `Kubernetes ${version}: ${bug.what}`,
      why: `Fixed in ${bug.fixed} (${bug.source}).`,
      mend: [`update to ${bug.fixed} or newer`],
    })
  },
})

/** Bugs of kube-proxy that show in affinity, with the first version that has them and the first without. */
const knownBugs = [
  {
    from: '1.22',
    fixed: '1.23',
    concerns: 'all',
    what: 'affinity keeps clients on a pod that is no longer ready',
    source: 'kubernetes/kubernetes issue 110302, pull request 106030',
  },
  {
    from: '1.0',
    fixed: '1.9',
    concerns: 'Local',
    what: 'affinity is dropped with externalTrafficPolicy Local',
    source: 'kubernetes/kubernetes issue 55429, pull request 55519',
  },
] as const
