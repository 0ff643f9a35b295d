import { ingressClasses } from '../mechanisms/ingress/controllers.ts'
import { ingresses } from '../mechanisms/ingress/index.ts'
import { inputs } from '../mechanisms/service/facts.ts'
import { proxyName } from '../mechanisms/service/legs.ts'
import { services } from '../mechanisms/service/objects.ts'
import { type Fact, known, mapFact, notAsked } from '../model/fact.ts'
import type { KubernetesObject } from '../model/kubernetes.ts'
import { isOfType, type ObjectType } from '../model/object.ts'
import type { ServiceSnapshot, Snapshot } from '../model/snapshot.ts'
import type { FactType, Store } from '../model/store.ts'
import { semanticsOf } from '../mechanisms/service/proxies/semantics.ts'

/** What a snapshot says about one Service and what stands in front of it, as mechanisms ask for it. */
export function storeOf(snapshot: Snapshot, one: ServiceSnapshot): Store {
  const facts: Readonly<Record<string, Fact<unknown>>> = {
    [proxyName.name]: mapFact(snapshot.proxy, (proxy) => semanticsOf(proxy).name),
    [ingressClasses.name]: snapshot.ingressClasses,
    [inputs.slices.name]: one.slices,
    [inputs.pods.name]: one.pods,
    [inputs.autoscalers.name]: one.autoscalers,
    [inputs.networkPolicies.name]: one.networkPolicies,
    [inputs.events.name]: one.events,
    [inputs.proxy.name]: snapshot.proxy,
    [inputs.windowsNodes.name]: snapshot.windowsNodes,
    [inputs.version.name]: snapshot.version,
  }
  const listed = (type: ObjectType): Fact<readonly KubernetesObject[]> => {
    if (type.kind === services.kind && type.group === services.group) return known([one.service])
    const all = type.kind === ingresses.kind && type.group === ingresses.group ? one.ingresses : one.routes
    return mapFact<readonly KubernetesObject[], KubernetesObject[]>(all, (objects) =>
      objects.filter((object) => isOfType(object, type)),
    )
  }
  return {
    list: <T extends KubernetesObject>(type: ObjectType<T>) => listed(type) as Fact<readonly T[]>,
    get: <T extends KubernetesObject>(type: ObjectType<T>, ref: { namespace: string; name: string }) => {
      const found = listed(type)
      const all = found.known ? found.value : []
      return all.find(
        ({ metadata }) => metadata.name === ref.name && (metadata.namespace ?? 'default') === ref.namespace,
      ) as T | undefined
    },
    fact: <T>(type: FactType<T>) => (facts[type.name] ?? notAsked(type.what)) as Fact<T>,
  }
}
