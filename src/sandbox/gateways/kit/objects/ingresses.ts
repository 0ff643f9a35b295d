import { type Resource, types } from '../../../objects/resource.ts'
import type { ObjectStore } from '../../../objects/store.ts'
import { onChanges } from '../../../controllers/reconciler.ts'
import type { CertificateUse } from '../certificates.ts'
import { listAt, textAt } from './loose.ts'

/** A path of an Ingress and where it leads. */
export interface IngressPath {
  ingress: Resource
  namespace: string
  host: string
  path: string
  pathType: string
  service: string
  /** Its number or name. */
  port: string
}

/** Ingresses whose class one of these controllers has, the oldest first. */
export function ingressesOf(store: ObjectStore, controller: string): Resource[] {
  const classes = new Set(
    store
      .list(types.ingressclasses)
      .filter((one) => textAt(one, 'spec', 'controller') === controller)
      .map(({ metadata }) => metadata.name),
  )
  return store
    .list(types.ingresses)
    .filter((one) => {
      const annotation = one.metadata.annotations?.['kubernetes.io/ingress.class']
      return classes.has(textAt(one, 'spec', 'ingressClassName') ?? annotation ?? '')
    })
    .toSorted((a, b) =>
      (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''),
    )
}

/** Where `spec.tls` of an Ingress has certificates. */
export function certificatesOf(ingress: Resource): CertificateUse[] {
  return listAt(ingress, 'spec', 'tls').flatMap((one) => {
    const hosts = listAt(one, 'hosts').map(String)
    const about = { namespace: ingress.metadata.namespace ?? '', secret: textAt(one, 'secretName') ?? '' }
    return (hosts.length === 0 ? [undefined] : hosts).map((host) => ({ ...about, host }))
  })
}

/** The paths of an Ingress that lead to Services. */
export function pathsOf(ingress: Resource): IngressPath[] {
  return listAt(ingress, 'spec', 'rules').flatMap((rule) =>
    listAt(rule, 'http', 'paths').flatMap((one) => {
      const service = textAt(one, 'backend', 'service', 'name')
      if (service === undefined) return []
      const port = ['backend', 'service', 'port']
      return [
        {
          ingress,
          namespace: ingress.metadata.namespace ?? '',
          host: textAt(rule, 'host') ?? '',
          path: textAt(one, 'path') ?? '/',
          pathType: textAt(one, 'pathType') ?? 'Prefix',
          service,
          port: textAt(one, ...port, 'number') ?? textAt(one, ...port, 'name') ?? '',
        },
      ]
    }),
  )
}

/** Writes into Ingresses where they are reached. */
export function publish(store: ObjectStore, controllers: readonly string[], address: string): () => void {
  const status = { loadBalancer: { ingress: [{ ip: address }] } }
  const reconcile = (): void => {
    for (const ingress of controllers.flatMap((one) => ingressesOf(store, one)))
      store.update(types.ingresses, ingress, () => ({ status }))
  }
  return onChanges(
    store,
    [types.ingresses, types.ingressclasses],
    [{ type: types.ingressclasses, reconcile }],
  )
}
