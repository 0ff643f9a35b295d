import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { ingresses } from '../ingress/objects.ts'
import { runningOf } from '../ingress/running.ts'
import { annotationsOf } from '../kit/controller.ts'
import { record } from '../kit/objects/loose.ts'
import { flagOf, type Program } from '../kit/programs/workloads.ts'
import { hashesAddress } from './settings.ts'

/** The settings of controllers, where one decides what an address is. */
export const nginxConfigMaps: ObjectType<LooseObject & { data?: unknown }> = {
  group: '',
  versions: ['v1'],
  resource: 'configmaps',
  kind: 'ConfigMap',
  scope: 'namespaced',
  within: 'everywhere',
  selector: 'app.kubernetes.io/name=ingress-nginx',
  isOfCluster: true,
  beside: [ingresses],
  besideIf: (object) => hashesAddress(annotationsOf(object)),
}

/** What runs here of ingress-nginx; RKE2 builds its own image of it. */
export function nginxPrograms(store: Store): readonly Program[] {
  return runningOf(['ingress-nginx/controller', 'rancher/nginx-ingress-controller'], store)
}

/** Those that take Ingresses of the classes of a controller: with several in a cluster each has a name of its own. */
export function nginxProgramsFor(controller: string, store: Store): Program[] {
  return nginxPrograms(store).filter(
    (one) => (flagOf(one, 'controller-class') ?? 'k8s.io/ingress-nginx') === controller,
  )
}

/** Whether a program learns the address of clients from what stands in front of it (nginx.tmpl, real_ip_header). */
export function learnsAddresses(program: Program, store: Store): boolean {
  const all = store.list(nginxConfigMaps)
  const name = flagOf(program, 'configmap')?.split('/').at(-1) ?? 'ingress-nginx-controller'
  const found = (all.known ? all.value : []).find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === program.namespace,
  )
  return ['use-proxy-protocol', 'use-forwarded-headers', 'enable-real-ip'].some(
    (key) => record(found?.data)[key] === 'true',
  )
}
