import type { Cluster, KubeconfigNames } from '../../cluster/index.ts'
import { listPath, nodesPath, servicePath, servicesPath } from '../../cluster/paths.ts'
import type { KubernetesList, KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import type { RoleRule } from '../../model/cluster/role.ts'
import type { TargetKind } from '../../model/affinity/target.ts'
import type { Candidate } from './candidate.ts'
import type { TypedLine } from './line.ts'
import { defined } from '../../model/common/values.ts'

/** What is listed for the words of a line; where it is refused nothing is offered. */
export const completionRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] },
]

/** The same for `-n` and `--node`. */
export const completionClusterRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['namespaces', 'nodes'], verbs: ['list'] },
]

/** Names that only the kubeconfig or the cluster knows. */
export interface Names {
  /** Values for a flag that names something; empty for one that does not. */
  ofFlag(flag: string, line: TypedLine): Promise<Candidate[]>
  /** Those of a label selector, or all. */
  services(selector?: string): Promise<Candidate[]>
  /** Those of another kind. */
  targets(kind: TargetKind): Promise<Candidate[]>
}

/** Where names come from; opened only for what needs it. */
export interface NameSources {
  kubeconfig: () => Promise<KubeconfigNames>
  cluster: () => Promise<Cluster>
  /** The other cluster, of `external --from-context`. */
  origin: () => Promise<Cluster>
}

/** More than anybody reads through; the shell narrows it down with every letter. */
const limit = 500

export function liveNames({ kubeconfig, cluster, origin }: NameSources): Names {
  const named = async (path: string, open = cluster): Promise<Candidate[]> => {
    const { items } = await (await open()).get<KubernetesList<KubernetesObject>>(path, { query: { limit } })
    return items.map(({ metadata }) => ({ word: metadata.name }))
  }
  const words = (list: readonly string[]): Candidate[] => list.map((word) => ({ word }))
  const ofFlags: Record<string, (line: TypedLine) => Promise<Candidate[]>> = {
    context: async () => words((await kubeconfig()).contexts),
    cluster: async () => words((await kubeconfig()).clusters),
    user: async () => words((await kubeconfig()).users),
    namespace: () => named('/api/v1/namespaces'),
    from: async () => await balanced(await origin()),
    'from-context': async () => words((await kubeconfig()).contexts),
    'from-namespace': () => named('/api/v1/namespaces', origin),
    node: () => named(nodesPath),
    port: async ({ words: typed }) => portsOf(await cluster(), typed),
  }
  return {
    targets: async ({ type, label }) => {
      const open = await cluster()
      for (const version of type.versions) {
        const api = type.group === '' ? `/api/${version}` : `/apis/${type.group}/${version}`
        const path = listPath(api, type.resource, type.scope === 'cluster' ? undefined : open.namespace)
        // Of several versions the cluster may serve another one.
        const found = await named(path).catch(() => undefined)
        if (found !== undefined) return found.map(({ word }) => ({ word, description: label }))
      }
      return []
    },
    ofFlag: async (flag, line) => (await ofFlags[flag]?.(line)) ?? [],
    services: async (selector) => {
      const open = await cluster()
      const path = servicesPath(open.namespace)
      const { items } = await open.get<KubernetesList<Service>>(path, {
        query: defined({ limit, labelSelector: selector }),
      })
      return items.map(({ metadata, spec }) => ({
        word: metadata.name,
        description: `Service, sessionAffinity ${spec.sessionAffinity ?? 'None'}`,
      }))
    },
  }
}

/** Services that have an address outside their cluster. */
async function balanced(origin: Cluster): Promise<Candidate[]> {
  const { items } = await origin.get<KubernetesList<Service>>(servicesPath(origin.namespace), {
    query: { limit },
  })
  return items
    .filter(({ spec: { type } }) => type === 'LoadBalancer' || type === 'NodePort')
    .map(({ metadata, spec }) => ({
      word: `svc/${metadata.name}`,
      description: `Service, ${spec.type ?? ''}`,
    }))
}

/** The ports of the Service that was typed before. */
async function portsOf(cluster: Cluster, words: readonly string[]): Promise<Candidate[]> {
  const name = words.at(-1)?.replace(/^.*\//s, '')
  if (name === undefined) return []
  const { spec } = await cluster.get<Service>(servicePath(cluster.namespace, name))
  return (spec.ports ?? []).map(({ name: portName, port }) =>
    portName === undefined || portName === ''
      ? { word: String(port) }
      : { word: portName, description: `port ${port}` },
  )
}
