import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { none } from '../../../model/affinity/policy.ts'
import { defined } from '../../../model/common/values.ts'
import {
  annotationsOf,
  type IngressBackend,
  goBoolean,
  type IngressController,
  type Served,
} from '../../kit/controller.ts'
import { affinityKeys, readAnnotations, servicePrefix } from './annotations.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { controller as ingressNginx, cookieSwitch } from '../../ingress-nginx/controller.ts'
import { nginxPrograms } from '../../ingress-nginx/running.ts'
import { isSince } from '../../kit/programs/workloads.ts'
import { optionOf, programsOfTraefik } from '../options.ts'
import { cookiePolicy, type CookieSettings } from '../cookie.ts'

/** What a service without a cookie does. */
function serve({ service }: IngressBackend, store: Store): Served {
  const { cookie, nativeLb, nodePortLb, unreadable } = readAnnotations(annotationsOf(service))
  if (unreadable.length > 0)
    return {
      policy: none,
      arrival: 'pods',
      note: 'Traefik refuses the Service for its annotations: no route',
    }
  const isExternal = service?.spec.type === 'ExternalName'
  if (isExternal && optionOf('allowExternalNameServices', store, 'kubernetesingress') === false)
    return {
      policy: none,
      arrival: 'pods',
      note: 'Traefik refuses it: type ExternalName, and allowExternalNameServices is off',
    }
  const isNodes = nodePortLb && service?.spec.type === 'NodePort'
  const arrival = isNodes
    ? 'node-port'
    : (nativeLb ?? optionOf('nativeLBByDefault', store, 'kubernetesingress')) === true
      ? 'cluster-ip'
      : 'pods'
  if (cookie === undefined) return { policy: none, arrival }
  return {
    policy: cookiePolicy(cookie),
    arrival,
    ...(service === undefined ? {} : { configuredBy: [refOf(service)] }),
  }
}

/** Traefik's provider for Ingresses: what it sticks on is written on Services. */
export const traefikController: IngressController = {
  name: 'Traefik',
  controllers: ['traefik.io/ingress-controller'],
  classes: ['traefik'],
  serve,
  // It refuses the whole Service for one, which is a finding of its own.
  slip: () => undefined,
  keys: { ingress: [], service: affinityKeys },
  instead: `${servicePrefix}sticky.cookie: "true" on the Service`,
}

export const nginxPrefix = 'nginx.ingress.kubernetes.io/'

/** What the provider reads since 3.7 only: both are said where the version cannot be seen. */
function notesOf(
  annotations: Readonly<Record<string, string>>,
  is37: boolean | undefined,
): { note?: string } {
  const young = ['upstream-hash-by', 'session-cookie-expires'].filter(
    (key) => (annotations[nginxPrefix + key] ?? '') !== '',
  )
  if (young.length === 0 || is37 === true) return {}
  if (is37 === false)
    return { note: `${young.join(' and ')} ${young.length === 1 ? 'is' : 'are'} read since 3.7 only` }
  const words = young.map((key) =>
    key === 'upstream-hash-by'
      ? 'since 3.7 upstream-hash-by decides'
      : 'since 3.7 session-cookie-expires is read',
  )
  return { note: words.join('; ') }
}

/**
 * Whether Traefik serves a class of ingress-nginx: it takes over that controller's classes unless it is told another one
 * (providers.kubernetesIngressNGINX.controllerClass), which shows in its arguments alone.
 */
export function servesClassesOfNginx(store: Store): boolean {
  const words = programsOfTraefik(store).flatMap((one) => one.words)
  const isOn = words.some((word) => /^--providers\.kubernetesingressnginx(=true)?$/i.test(word))
  const other = words.some((word) =>
    /^--providers\.kubernetesingressnginx\.controllerclass=(?!k8s\.io\/ingress-nginx$)/i.test(word),
  )
  return isOn && !other && nginxPrograms(store).length === 0
}

/** The cookie that annotations of ingress-nginx ask Traefik for; undefined where they want no affinity. */
export function cookieAsNginx(ingress: LooseObject, is37: boolean | undefined): CookieSettings | undefined {
  const annotations = annotationsOf(ingress)
  const get = (key: string): string | undefined => annotations[nginxPrefix + key]
  if ((get('affinity') ?? '') === '') return undefined
  const age =
    get('session-cookie-max-age') ?? (is37 === true ? get('session-cookie-expires') : undefined) ?? ''
  const [path, domain] = [get('session-cookie-path'), get('session-cookie-domain')]
  const sameSite = get('session-cookie-samesite')?.toLowerCase()
  return {
    name: get('session-cookie-name') ?? 'INGRESSCOOKIE',
    secure: goBoolean(get('session-cookie-secure')) === true,
    ...defined({ path, domain, sameSite }),
    ...(/^[+-]?\d+$/.test(age) ? { maxAge: Number(age) } : {}),
  }
}

/**
 * Traefik's provider for the annotations of ingress-nginx: not as that controller does. Any text switches affinity on, the
 * cookie's path is `/`, and whoever asks for no name shares one (pkg/provider/kubernetes/ingress-nginx, v3.6.12).
 */
export const traefikNginxController: IngressController = {
  name: 'Traefik (for ingress-nginx)',
  controllers: ['traefik.io/ingress-nginx'],
  slip: ingressNginx.slip!,
  switch: cookieSwitch,
  serve: ({ ingress }, store) => {
    const is37 = isSince([3, 7], programsOfTraefik(store))
    const annotations = annotationsOf(ingress)
    const get = (key: string): string | undefined => annotations[nginxPrefix + key]
    const arrival = goBoolean(get('service-upstream')) === true ? 'cluster-ip' : 'pods'
    const hash = get('upstream-hash-by') ?? ''
    const note = notesOf(annotations, is37)
    // Since 3.7 the hash is read, and comes before the cookie.
    if (hash !== '' && is37 === true) return { policy: { kind: 'hash', of: hash }, arrival }
    const cookie = cookieAsNginx(ingress, is37)
    if (cookie === undefined) return { arrival, ...note, policy: none }
    return { arrival, ...note, policy: cookiePolicy(cookie) }
  },
  keys: {
    ingress: [
      'affinity',
      'session-cookie-name',
      'session-cookie-path',
      'session-cookie-max-age',
      'session-cookie-expires',
      'upstream-hash-by',
    ].map((key) => nginxPrefix + key),
    service: [],
  },
  instead: `${nginxPrefix}affinity: cookie`,
}
