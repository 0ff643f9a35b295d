import { defineType } from '../../../objects/resource.ts'

const group = 'gateway.networking.k8s.io/v1'
const sub = ['status']

/** The kinds of the Gateway API, which several gateways share. */
export const gatewayClasses = defineType(group, 'gatewayclasses', 'GatewayClass', {
  cluster: true,
  short: ['gc'],
  sub,
})
export const gateways = defineType(group, 'gateways', 'Gateway', { short: ['gtw'], sub })
export const httpRoutes = defineType(group, 'httproutes', 'HTTPRoute', { sub })
export const grpcRoutes = defineType(group, 'grpcroutes', 'GRPCRoute', { sub })

export const gatewayApi = [gatewayClasses, gateways, httpRoutes, grpcRoutes]
