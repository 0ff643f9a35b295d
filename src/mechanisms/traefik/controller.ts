import { refOf } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import {
  annotationsOf,
  type Backend,
  goBoolean,
  type IngressController,
  type Served,
} from '../kit/controller.ts'
import { affinityKeys, readAnnotations, servicePrefix } from './annotations.ts'
import { cookiePolicy } from './cookie.ts'

/** What a service without a cookie does. */
const none: Policy = { kind: 'none' }

function serve({ service }: Backend): Served {
  const { cookie, nativeLb, nodePortLb, unreadable } = readAnnotations(annotationsOf(service))
  if (unreadable.length > 0)
    return {
      policy: none,
      arrival: 'pods',
      note: 'Traefik refuses the Service for its annotations: no route',
    }
  const isNodes = nodePortLb && service?.spec.type === 'NodePort'
  const arrival = isNodes ? 'node-port' : nativeLb === true ? 'cluster-ip' : 'pods'
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
  keys: { ingress: [], service: affinityKeys },
  instead: `${servicePrefix}sticky.cookie: "true" on the Service`,
}

const nginxPrefix = 'nginx.ingress.kubernetes.io/'

/**
 * Traefik's provider for the annotations of ingress-nginx: not as that controller does. Any text switches affinity on, the
 * cookie's path is `/`, and whoever asks for no name shares one (pkg/provider/kubernetes/ingress-nginx, v3.6.12).
 */
export const traefikNginxController: IngressController = {
  name: 'Traefik (for ingress-nginx)',
  controllers: ['traefik.io/ingress-nginx'],
  serve: ({ ingress }) => {
    const annotations = annotationsOf(ingress)
    const get = (key: string): string | undefined => annotations[nginxPrefix + key]
    const arrival = goBoolean(get('service-upstream')) === true ? 'cluster-ip' : 'pods'
    if ((get('affinity') ?? '') === '') return { policy: none, arrival }
    const age = get('session-cookie-max-age') ?? ''
    const path = get('session-cookie-path')
    const sameSite = get('session-cookie-samesite')?.toLowerCase()
    return {
      arrival,
      policy: cookiePolicy({
        name: get('session-cookie-name') ?? 'INGRESSCOOKIE',
        secure: goBoolean(get('session-cookie-secure')) === true,
        ...(path === undefined ? {} : { path }),
        ...(/^[+-]?\d+$/.test(age) ? { maxAge: Number(age) } : {}),
        ...(sameSite === undefined ? {} : { sameSite }),
      }),
    }
  },
  keys: {
    ingress: ['affinity', 'session-cookie-name', 'session-cookie-path', 'session-cookie-max-age'].map(
      (key) => nginxPrefix + key,
    ),
    service: [],
  },
  instead: `${nginxPrefix}affinity: cookie`,
}
