import type { Cluster } from '../cluster/index.ts'
import { frontResources } from '../mechanisms/index.ts'
import { type Fact, known } from '../model/fact.ts'
import type { LooseObject } from '../model/object.ts'
import type { Autoscaler } from '../model/snapshot.ts'
import { listPath } from '../cluster/paths.ts'
import { notAsked } from './proxy.ts'
import { readList } from './read.ts'

/** What all Services of a namespace share. */
export interface NamespaceFacts {
  autoscalers: Fact<readonly Autoscaler[]>
  networkPolicies: Fact<readonly LooseObject[]>
  ingresses: Fact<readonly LooseObject[]>
  routes: Fact<readonly LooseObject[]>
}

/** Reads them; without a namespace those of all. */
export async function readNamespace(
  cluster: Cluster,
  groups: Promise<Fact<ReadonlyMap<string, string>>>,
  namespace: string | undefined,
  /** Whether a Service there has affinity: only then do autoscalers matter. */
  sticky: Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<NamespaceFacts> {
  const list = <T extends object>(group: string, version: string, resource: string, kind: string) =>
    readList<T>(
      cluster,
      listPath(`/apis/${group}/${version}`, resource, namespace),
      `${resource}.${group}`,
      { apiVersion: `${group}/${version}`, kind },
      { signal },
    )
  const [autoscalers, networkPolicies, ingresses, routes] = await Promise.all([
    sticky.then((wanted) =>
      wanted
        ? list<Autoscaler>('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler')
        : notAsked<Autoscaler[]>('horizontalpodautoscalers.autoscaling'),
    ),
    list<LooseObject>('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
    list<LooseObject>('networking.k8s.io', 'v1', 'ingresses', 'Ingress'),
    groups.then(async (served) => {
      if (!served.known) return served
      const wanted = frontResources.filter(({ group }) => served.value.has(group))
      const lists = await Promise.all(
        wanted.map(({ group, resource, kind }) =>
          list<LooseObject>(group, served.value.get(group) ?? 'v1', resource, kind),
        ),
      )
      return (
        lists.find((fact) => !fact.known) ?? known(lists.flatMap((fact) => (fact.known ? fact.value : [])))
      )
    }),
  ])
  return { autoscalers, networkPolicies, ingresses, routes }
}
