/** What is asked for. An `enable` of a client address without a timeout leaves it to the API server, or as it is. */
export type ChangeRequest = { verb: 'enable'; timeoutSeconds?: number; by?: Wish } | { verb: 'disable' }

/** What clients are to be kept by, where it is not the address that a Service sees. */
export type Wish = CookieWish | { kind: 'header'; name: string } | { kind: 'source-ip' }

export interface CookieWish {
  kind: 'cookie'
  name: string
  /** Without one the cookie lasts as long as the browser. */
  ttlSeconds?: number
  /** `/` unless it is set already. */
  path?: string
  domain?: string
  secure?: boolean
  sameSite?: SameSite
  /** A client keeps its pod although pods were added. */
  persistent?: boolean
  /** Scripts cannot read it. Most proxies make every cookie so. */
  httpOnly?: boolean
}

/** What a cookie may be asked to be, and not every proxy has a field for. */
export type CookiePart = Exclude<keyof CookieWish, 'kind' | 'name' | 'httpOnly'>

export type SameSite = 'Strict' | 'Lax' | 'None'

/** Where affinity can be carried to. */
export const destinations = [
  'ingress-nginx',
  'traefik',
  'istio',
  'envoy-gateway',
  'gateway-api',
  'contour',
  'haproxy',
  'haproxy-ingress',
  'nginx-inc',
  'kong',
  'aws',
  'gke',
  'azure',
  'kgateway',
  'emissary',
  'apisix',
  'skipper',
] as const

export type Destination = (typeof destinations)[number]
