/** What a sandbox can be started with, apart from it: command lines are read without it. */

export const proxyModes = ['iptables', 'nftables', 'ipvs', 'kube-router', 'cilium', 'antrea', 'ovn'] as const
export type ProxyMode = (typeof proxyModes)[number]

/** The gateways that it can have, by the names that the lab has for them. */
export const gatewayNames = ['ingress-nginx', 'traefik', 'istio', 'envoy-gateway'] as const
export type GatewayName = (typeof gatewayNames)[number]
