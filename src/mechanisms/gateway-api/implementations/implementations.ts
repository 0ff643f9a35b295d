import type { Policy } from '../../../model/affinity/policy.ts'
import { isAtLeastVersion, type Version } from '../../kit/programs/version.ts'
import { type Persistence, secondsOf } from '../persistence/persistence.ts'

/** A rule as the controller of its gateway sees it. */
export interface RuleContext {
  kind: 'HTTPRoute' | 'GRPCRoute'
  namespace: string
  route: string
  /** Its place in the route. */
  index: number
  /** How this way's path is matched. */
  path?: { type: string; value: string }
  /** `matches` is there and empty. */
  isUnmatched: boolean
  version?: Version
  /** What its program was started with; absent where that cannot be seen. */
  words?: readonly string[]
}

/** What a controller makes of `sessionPersistence`. */
export interface Reading {
  policy: Policy
  /** Why nothing comes of it, in words. */
  ignored?: string
  /** What it depends on, where that cannot be seen. */
  depends?: string
  /** The cookie's path in versions that set another one, where the version cannot be seen. */
  olderPath?: string
}

/** A controller of the Gateway API. */
export interface Implementation {
  /** For people: `Envoy Gateway`. */
  label: string
  /** GatewayClass.spec.controllerName begins so. */
  controllers: readonly string[]
  /** Names of GatewayClasses that it makes itself, so that they say who serves them. */
  classes?: RegExp
  /** Kinds with which it configures affinity beside sessionPersistence, and which nobody here reads. */
  others?: string
  /** The end of the name of its image, which is tagged with its version. */
  image?: string
  /** Of a backend with the weight 0 it leaves the pods out, sessions or not. */
  leavesZeroOut?: true
  read: (persistence: Persistence, rule: RuleContext) => Reading
}

const nobody = (label: string) => (): Reading => ({
  policy: { kind: 'none' },
  ignored: `${label} does not read sessionPersistence`,
})

/** Sources: each controller's code or its issues, as of autumn 2026; the table is in docs/explaining.md. */
export const implementations: readonly Implementation[] = [
  {
    label: 'Envoy Gateway',
    controllers: ['gateway.envoyproxy.io/'],
    image: 'envoyproxy/gateway',
    // Seen at v1.9.1.
    leavesZeroOut: true,
    read: readByEnvoyGateway,
  },
  {
    label: 'Istio',
    controllers: ['istio.io/'],
    classes: /^istio(-remote|-waypoint|-east-west)?$/,
    // pilot/pkg/config/kube/gateway converts the route without it (istio/istio issue 55839).
    read: nobody('Istio'),
  },
  {
    label: 'kgateway',
    controllers: ['kgateway.dev/'],
    // Its cookie has no Path attribute (kgateway-dev/kgateway issue 14123).
    read: (persistence) => ({ policy: recorded(persistence, persistence.name) }),
  },
  {
    label: 'NGINX Gateway Fabric',
    controllers: ['gateway.nginx.org/'],
    image: 'nginx-gateway-fabric',
    others: 'UpstreamSettingsPolicy',
    read: readByNginx,
  },
  {
    label: 'Cilium',
    controllers: ['io.cilium/'],
    classes: /^cilium$/,
    read: (persistence) =>
      persistence.type === 'Header'
        ? {
            policy: { kind: 'none' },
            ignored: 'Cilium takes cookies only, and says so in the status of the route',
          }
        : {
            policy: {
              kind: 'unknown',
              why: 'Cilium reads sessionPersistence in releases after 1.20 only, and its version cannot be seen',
            },
            depends:
              'Cilium reads sessionPersistence in releases after 1.20 only (cilium/cilium pull request 48029)',
          },
  },
  { label: 'Traefik', controllers: ['traefik.io/'], read: nobody('Traefik') },
  { label: 'Contour', controllers: ['projectcontour.io/'], read: nobody('Contour') },
  { label: 'Kong', controllers: ['konghq.com/'], read: nobody('Kong') },
  {
    label: 'HAProxy',
    controllers: ['haproxy-ingress.github.io/', 'haproxy.org/', 'gate.haproxy.org/'],
    others: 'annotations of the Service',
    read: nobody('HAProxy'),
  },
  {
    label: 'GKE',
    controllers: ['networking.gke.io/'],
    classes: /^gke-/,
    read: nobody('GKE'),
  },
  {
    label: 'AWS load balancer',
    controllers: ['gateway.k8s.aws/'],
    others: 'TargetGroupConfiguration',
    read: nobody('The AWS load balancer controller'),
  },
  {
    label: 'Azure Application Gateway',
    controllers: ['alb.networking.azure.io/'],
    classes: /^azure-alb-external$/,
    read: nobody('Application Gateway for Containers'),
  },
  {
    label: 'APISIX',
    controllers: ['apisix.apache.org/'],
    read: nobody('APISIX'),
  },
]

/** By what the class says, or by its name where the class itself cannot be seen and nobody else makes one of this name. */
export function implementationOf(
  className: string | undefined,
  controllerName: string | undefined,
): Implementation | undefined {
  if (controllerName !== undefined)
    return implementations.find(({ controllers }) =>
      controllers.some((one) => controllerName.startsWith(one)),
    )
  return implementations.find(({ classes }) => className !== undefined && classes?.test(className) === true)
}

/**
 * HTTPRoute since 1.2, GRPCRoute since 1.10 (issue 9060). Read off internal/gatewayapi/route.go and
 * internal/xds/translator/session_persistence.go of v1.9.1; 1.10 by its announcement.
 */
function readByEnvoyGateway(persistence: Persistence, rule: RuleContext): Reading {
  const isSince = (minor: number): boolean | undefined => isAtLeastVersion(rule.version, [1, minor])
  const kindSince = rule.kind === 'GRPCRoute' ? 10 : 2
  if (isSince(kindSince) === false)
    return {
      policy: { kind: 'none' },
      ignored: `Envoy Gateway reads sessionPersistence of a ${rule.kind} since 1.${kindSince}`,
    }
  if (rule.isUnmatched)
    return {
      policy: { kind: 'none' },
      ignored: 'Envoy Gateway passes it over where matches is an empty list',
    }
  if (persistence.idleTimeout !== undefined && isSince(9) === false)
    return { policy: { kind: 'none' }, ignored: 'Envoy Gateway refuses a route with idleTimeout before 1.9' }
  if (rule.kind === 'GRPCRoute' && rule.version === undefined) {
    const why =
      'Envoy Gateway reads sessionPersistence of a GRPCRoute since 1.10, and its version cannot be seen'
    return { policy: { kind: 'unknown', why }, depends: why }
  }
  const madeUp = `${rule.kind.toLowerCase()}-${rule.namespace}-${rule.route}-rule-${rule.index}`
  const isNewSpelling = persistence.nameField === 'cookie.name' || persistence.nameField === 'header.name'
  const name = isNewSpelling && isSince(10) === false ? madeUp : (persistence.name ?? madeUp)
  const isNew = isSince(10)
  if (isNew === undefined) return { policy: recorded(persistence, name), olderPath: pathBefore10(rule) }
  return { policy: recorded(persistence, name, isNew ? (persistence.path ?? '/') : pathBefore10(rule)) }
}

/** Up to 1.9 a cookie has the path of its route: of a regular expression what comes before the first part with a `*`. */
function pathBefore10({ path }: RuleContext): string {
  if (path === undefined) return '/'
  if (path.type !== 'RegularExpression') return path.value
  const parts = path.value.split('/')
  const first = parts.findIndex((part) => part.includes('*'))
  return parts.slice(0, first < 0 ? parts.length : first).join('/')
}

/** Since 2.4, with NGINX Plus and the experimental features only (issue 5087); a template wants a name. */
function readByNginx(persistence: Persistence, { version, words }: RuleContext): Reading {
  const none = (ignored: string): Reading => ({ policy: { kind: 'none' }, ignored })
  if (persistence.type === 'Header') return none('NGINX Gateway Fabric takes cookies only')
  if (persistence.name === undefined)
    return none('NGINX Gateway Fabric makes no cookie where sessionName is missing')
  if (isAtLeastVersion(version, [2, 4]) === false)
    return none('NGINX Gateway Fabric reads sessionPersistence since 2.4')
  const isOn = (flag: string): boolean | undefined =>
    words === undefined ? undefined : words.some((word) => word === flag || word === `${flag}=true`)
  if (isOn('--nginx-plus') === false)
    return none('NGINX Gateway Fabric needs NGINX Plus for sessionPersistence')
  if (isOn('--gateway-api-experimental-features') === false)
    return none('NGINX Gateway Fabric needs --gateway-api-experimental-features for sessionPersistence')
  if (words !== undefined && version !== undefined)
    return { policy: { ...recorded(persistence, persistence.name) } }
  const why = 'NGINX Gateway Fabric reads it with NGINX Plus since 2.4 only, and what runs cannot be seen'
  return { policy: { kind: 'unknown', why }, depends: why }
}

/** A value that names the pod. */
export function recorded(persistence: Persistence, name?: string, path?: string): Policy {
  const named = name === undefined ? {} : { name }
  if (persistence.type === 'Header') return { kind: 'header', ...named, points: 'at-a-pod' }
  const ttlSeconds = persistence.isPermanent ? secondsOf(persistence.absoluteTimeout) : undefined
  return {
    kind: 'cookie',
    ...named,
    ...(path === undefined ? {} : { path }),
    ...(path === undefined || !isPattern(path)
      ? {}
      : { neverSent: `its path is "${path}", as a regular expression begins` }),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    madeBy: 'proxy',
    points: 'at-a-pod',
  }
}

/** A path with the signs of regular expressions is one that no page has. */
export function isPattern(path: string): boolean {
  return /[()[\]{}|+?\\^$]/.test(path)
}
