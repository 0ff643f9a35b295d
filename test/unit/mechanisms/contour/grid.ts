import { service, snapshot } from '../../analysis/build.ts'
import type { GridRows } from '../../analysis/rows.ts'
import { httpProxyOf } from '../gateway-api/build.ts'

const plain = service({ sessionAffinity: 'None' })
const one = (route: object, more: object = {}) =>
  snapshot({ service: plain, fronts: [httpProxyOf([route], more)] })
const balanced = (loadBalancerPolicy: object) => one({ loadBalancerPolicy })
const hashed = (...requestHashPolicies: object[]) =>
  balanced({ strategy: 'RequestHash', requestHashPolicies })
const parameter = (parameterName: string) => hashed({ queryParameterHashOptions: { parameterName } })
const cookie = { loadBalancerPolicy: { strategy: 'Cookie' } }
const services = ['web', 'next'].map((name) => ({ name, port: 80 }))
const tcp = (strategy: string) => ({ tcpproxy: { loadBalancerPolicy: { strategy } } })

const twice = (host: string, own: object = {}) => {
  const other = httpProxyOf([cookie], { virtualhost: { fqdn: host }, ...own })
  const first = httpProxyOf([cookie], { virtualhost: { fqdn: 'shop.example' } })
  return snapshot({
    service: plain,
    fronts: [first, { ...other, metadata: { ...other.metadata, name: 'other' } }],
  })
}

/** Where findings about HTTPProxies fire. */
export const contourGrid: GridRows = {
  'AFF-CONTOUR-UNKNOWN-FIELD': {
    fires: () => one({ loadBalancerStrategy: { strategy: 'Cookie' } }),
    silent: () => one(cookie),
  },
  'AFF-CONTOUR-UNKNOWN-STRATEGY': {
    fires: () => balanced({ strategy: 'cookie' }),
    silent: () => balanced({ strategy: 'WeightedLeastRequest' }),
  },
  'AFF-CONTOUR-HASH-IGNORED': {
    fires: () => hashed({ hashSourceIP: true, headerHashOptions: { headerName: 'x-user' } }),
    silent: () => hashed({ hashSourceIP: true }, { headerHashOptions: { headerName: 'x-user' } }),
  },
  'AFF-CONTOUR-SEVERAL-SERVICES': {
    fires: () => one({ ...cookie, services }),
    silent: () => one({ ...cookie, services: [services[0], { ...services[1], mirror: true }] }),
  },
  'AFF-CONTOUR-SAME-HOST': {
    fires: () => twice('Shop.example'),
    silent: () => twice('shop.example', { ingressClassName: 'inner' }),
  },
  'AFF-CONTOUR-TCP': { fires: () => one({}, tcp('Cookie')), silent: () => one({}, tcp('Random')) },
  'AFF-CONTOUR-LOWER-CASE': { fires: () => parameter('userId'), silent: () => parameter('user') },
}
