import type { Cluster } from '../cluster/index.ts'
import type { Fact } from '../model/fact.ts'
import type { LooseObject } from '../model/object.ts'
import type { Autoscaler } from '../model/snapshot.ts'
import { listPath } from '../cluster/paths.ts'
import { notAsked } from './proxy.ts'
import { readList } from './read.ts'

/** What all Services of a namespace share. */
export interface NamespaceFacts {
  autoscalers: Fact<readonly Autoscaler[]>
  networkPolicies: Fact<readonly LooseObject[]>
}

/** Reads them; without a namespace those of all. */
export async function readNamespace(
  cluster: Cluster,
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
  const [autoscalers, networkPolicies] = await Promise.all([
    sticky.then((wanted) =>
      wanted
        ? list<Autoscaler>('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler')
        : notAsked<Autoscaler[]>('horizontalpodautoscalers.autoscaling'),
    ),
    list<LooseObject>('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
  ])
  return { autoscalers, networkPolicies }
}
