import type { Pod } from '../../../src/model/cluster/kubernetes.ts'
import { known } from '../../../src/model/cluster/store.ts'
import type { LooseObject } from '../../../src/model/cluster/object.ts'
import type { Autoscaler, ProxyFacts, Snapshot } from '../../../src/model/cluster/snapshot.ts'
import { pod, service, slice, snapshot } from './build.ts'
import { awsGrid } from '../mechanisms/aws/grid.ts'
import { contourGrid } from '../mechanisms/contour/grid.ts'
import { envoyGatewayGrid } from '../mechanisms/envoy-gateway/grid.ts'
import { gatewayOf, routeOf, session } from '../mechanisms/gateway-api/build.ts'
import { gatewayApiGrid } from '../mechanisms/gateway-api/grid.ts'
import { ingressNginxGrid } from '../mechanisms/ingress-nginx/grid.ts'
import {
  apisixGrid,
  azureGrid,
  emissaryGrid,
  gkeGrid,
  haproxyGrid,
  kgatewayGrid,
  kongGrid,
  nginxIncGrid,
  skipperGrid,
} from '../mechanisms/others/grid.ts'
import { traefikGrid } from '../mechanisms/traefik/grid.ts'
import { ingressGrid } from '../mechanisms/ingress/grid.ts'
import { istioGrid } from '../mechanisms/istio/grid.ts'
import type { GridRows } from './rows.ts'

const proxy = (facts: Partial<ProxyFacts>): Partial<Snapshot> => ({
  proxy: known({ kind: 'kube-proxy', mode: 'nftables', source: 'test', settings: {}, ...facts }),
})

const ofType = (type: 'NodePort' | 'LoadBalancer', more: Parameters<typeof service>[0] = {}) =>
  service({ type, externalTrafficPolicy: 'Cluster', ...more })

const hinted = {
  ...slice([]),
  endpoints: ['n1', 'n2'].map((node, index) => ({
    addresses: [`10.244.${index}.4`],
    nodeName: node,
    hints: { forNodes: [{ name: node }] },
  })),
}

const balanced = (annotations: Record<string, string>) =>
  service({ type: 'LoadBalancer', externalTrafficPolicy: 'Cluster' }, { annotations })
const lbc = {
  'service.beta.kubernetes.io/aws-load-balancer-type': 'external',
  'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
}

const metrics = { name: 'metrics', port: 9090, targetPort: 'metrics' }
const selectorless = (more: Parameters<typeof service>[0] = {}) => service({ selector: {}, ...more })
const own = { name: 'web-hand', namespace: 'shop', labels: {} }

const ingress = (
  annotations: Record<string, string> = {},
  name = 'web',
  className = 'nginx',
): LooseObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'front', namespace: 'shop', annotations },
  spec: {
    ingressClassName: className,
    rules: [{ host: 'shop.example', http: { paths: [{ path: '/', backend: { service: { name } } }] } }],
  },
})

const httpRoute = (rule: Record<string, unknown> = {}, name = 'web'): LooseObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'front', namespace: 'shop' },
  spec: { parentRefs: [{ name: 'public' }], rules: [{ backendRefs: [{ name, port: 80 }], ...rule }] },
})

const destinationRule = (host: string): LooseObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { host },
})

const networkPolicy = (ingressRules: unknown): LooseObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'lock', namespace: 'shop' },
  spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'], ingress: ingressRules },
})

const autoscaler = (name: string): Autoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: { kind: 'Deployment', name }, maxReplicas: 9 },
})

const deployed: Pod = pod({
  labels: { app: 'web', 'pod-template-hash': '6d4b75cb6d' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-6d4b75cb6d', uid: '1' }],
})

/** Every code that an analyzer reports. Those of the file checker are in test/unit/snapshot/files.test.ts. */
export const grid: GridRows = {
  ...istioGrid,
  ...ingressGrid,
  ...ingressNginxGrid,
  ...awsGrid,
  ...nginxIncGrid,
  ...haproxyGrid,
  ...kongGrid,
  ...gkeGrid,
  ...azureGrid,
  ...emissaryGrid,
  ...apisixGrid,
  ...skipperGrid,
  ...kgatewayGrid,
  ...traefikGrid,
  ...gatewayApiGrid,
  ...envoyGatewayGrid,
  ...contourGrid,
  'AFF-SVC-TIMEOUT-OUT-OF-RANGE': {
    fires: () =>
      snapshot({ service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } }) }),
    silent: () =>
      snapshot({ service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_400 } } }) }),
  },
  'AFF-SVC-TIMEOUT-WITHOUT-AFFINITY': {
    fires: () => snapshot({ service: service({ sessionAffinity: 'None' }) }),
    silent: () => snapshot(),
  },
  'AFF-SVC-TIMEOUT-DEFAULT': {
    fires: () =>
      snapshot({ service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }) }),
    silent: () => snapshot(),
  },
  'AFF-SVC-HEADLESS': {
    fires: () => snapshot({ service: service({ clusterIP: 'None' }) }),
    silent: () => snapshot({ service: service({ clusterIP: 'None', sessionAffinity: 'None' }) }),
  },
  'AFF-SVC-EXTERNAL-NAME': {
    fires: () => snapshot({ service: service({ type: 'ExternalName', externalName: 'db.example' }) }),
    silent: () =>
      snapshot({
        service: service({ type: 'ExternalName', externalName: 'db.example', sessionAffinity: 'None' }),
      }),
  },
  'AFF-SVC-EXTERNAL-NAME-SELECTOR': {
    fires: () => snapshot({ service: service({ type: 'ExternalName', externalName: 'db.example' }) }),
    silent: () => snapshot({ service: selectorless({ type: 'ExternalName', externalName: 'db.example' }) }),
  },
  'AFF-SVC-OTHER-PROXY': {
    fires: () =>
      snapshot({ service: service({}, { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } }) }),
    silent: () => snapshot({ service: service({}, { labels: { app: 'web' } }) }),
  },
  'AFF-SVC-NO-ENDPOINTS': {
    fires: () => snapshot({ slices: known([slice([])]) }),
    silent: () => snapshot({ slices: known([slice(['10.244.1.4'])]) }),
  },
  'AFF-SVC-PORT-NO-ENDPOINTS': {
    fires: () => snapshot({ service: service({ ports: [{ name: 'http', port: 80 }, metrics] }) }),
    silent: () =>
      snapshot({
        service: service({ ports: [metrics, { name: 'more', port: 81 }] }),
        slices: known([slice([])]),
      }),
  },
  'AFF-SVC-ONE-ENDPOINT': {
    fires: () => snapshot({ slices: known([slice(['10.244.1.4'])]) }),
    silent: () => snapshot(),
  },
  'AFF-SVC-PUBLISH-NOT-READY': {
    fires: () => snapshot({ service: service({ publishNotReadyAddresses: true }) }),
    silent: () => snapshot({ service: service({ publishNotReadyAddresses: false }) }),
  },
  'AFF-SVC-REPLICAS-CHANGE': {
    fires: () => snapshot({ pods: known([deployed]), autoscalers: known([autoscaler('web')]) }),
    silent: () => snapshot({ pods: known([deployed]), autoscalers: known([autoscaler('other')]) }),
  },
  'AFF-SVC-PER-PORT-TABLES': {
    fires: () =>
      snapshot({
        service: service({
          ports: [
            { name: 'http', port: 80 },
            { name: 'https', port: 443 },
          ],
        }),
      }),
    silent: () => snapshot(),
  },
  'AFF-SVC-ONE-POD-BY-NAME': {
    fires: () =>
      snapshot({
        service: service({ selector: { 'statefulset.kubernetes.io/pod-name': 'web-0' } }),
        slices: known([]),
      }),
    // Two owners with one label have a pod each.
    silent: () => snapshot({ service: service({ selector: { 'apps.kubernetes.io/pod-index': '0' } }) }),
  },
  'AFF-SVC-PER-FAMILY-TABLES': {
    fires: () => snapshot({ service: service({ ipFamilies: ['IPv6', 'IPv4'] }) }),
    silent: () => snapshot({ service: service({ ipFamilies: ['IPv6'], ipFamilyPolicy: 'PreferDualStack' }) }),
  },
  'AFF-SVC-EXTERNAL-NAME-ADDRESS': {
    fires: () => snapshot({ service: service({ type: 'ExternalName', externalName: '192.0.2.15' }) }),
    silent: () =>
      snapshot({ service: service({ type: 'ExternalName', externalName: 'db-192-0-2-15.example' }) }),
  },
  'AFF-SVC-PER-NODE-TABLES': {
    fires: () => snapshot({ service: ofType('NodePort') }),
    silent: () => snapshot({ service: ofType('NodePort', { sessionAffinity: 'None' }) }),
  },
  'AFF-SVC-NODEPORT-MASQUERADED': {
    fires: () => snapshot({ service: ofType('NodePort') }),
    silent: () => snapshot({ service: ofType('NodePort', { externalTrafficPolicy: 'Local' }) }),
  },
  'AFF-SVC-LB-SPREADS-NODES': {
    fires: () => snapshot({ service: ofType('LoadBalancer') }),
    silent: () => snapshot({ service: balanced({ 'cloud.google.com/neg': '{}' }) }),
  },
  'AFF-SVC-LB-REFUSED': {
    fires: () =>
      snapshot({
        service: ofType('LoadBalancer'),
        events: known([
          {
            reason: 'SyncLoadBalancerFailed',
            message: 'Error: unsupported load balancer affinity: ClientIP',
          },
        ]),
      }),
    silent: () =>
      snapshot({
        service: ofType('LoadBalancer'),
        events: known([{ reason: 'SyncLoadBalancerFailed', message: 'quota exceeded' }]),
      }),
  },
  'AFF-SVC-LB-HIDES-CLIENTS': {
    fires: () => snapshot({ service: balanced({ 'load-balancer.hetzner.cloud/location': 'fsn1' }) }),
    silent: () => snapshot({ service: balanced({ 'cloud.google.com/neg': '{}' }) }),
  },
  'AFF-SVC-LB-BYPASSES': {
    fires: () => snapshot({ service: balanced(lbc) }),
    silent: () =>
      snapshot({
        service: balanced({
          ...lbc,
          'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes':
            'stickiness.enabled=true,stickiness.type=source_ip',
        }),
      }),
  },
  'AFF-SVC-LB-IGNORES-TIMEOUT': {
    fires: () => snapshot({ service: ofType('LoadBalancer', { loadBalancerClass: 'kubelb' }) }),
    silent: () => snapshot({ service: ofType('LoadBalancer', { loadBalancerClass: 'metallb' }) }),
  },
  'AFF-SVC-LOCAL-TRAFFIC': {
    fires: () =>
      snapshot({
        service: ofType('NodePort', { externalTrafficPolicy: 'Local' }),
        slices: known([slice(['10.244.1.4', '10.244.2.4'])]),
      }),
    silent: () => snapshot({ service: ofType('NodePort', { externalTrafficPolicy: 'Local' }) }),
  },
  'AFF-SVC-INTERNAL-LOCAL': {
    fires: () => snapshot({ service: service({ internalTrafficPolicy: 'Local' }) }),
    silent: () => snapshot({ service: service({ internalTrafficPolicy: 'Cluster' }) }),
  },
  'AFF-SVC-FEWER-CANDIDATES': {
    fires: () => snapshot({ slices: known([hinted]) }),
    silent: () => snapshot({ service: service({ trafficDistribution: 'PreferSameNode' }) }),
  },
  'AFF-SVC-NETWORK-POLICY': {
    fires: () => snapshot({ networkPolicies: known([networkPolicy([{ from: [{ podSelector: {} }] }])]) }),
    silent: () => snapshot({ networkPolicies: known([networkPolicy([{}])]) }),
  },
  'AFF-ING-BYPASSES-SERVICE': {
    fires: () => snapshot({ fronts: [ingress()] }),
    silent: () => snapshot({ fronts: [ingress({}, 'other')] }),
  },
  'AFF-ING-HIDES-CLIENTS': {
    fires: () => snapshot({ fronts: [ingress({ 'nginx.ingress.kubernetes.io/service-upstream': 'true' })] }),
    silent: () => snapshot({ fronts: [ingress()] }),
  },
  'AFF-ROUTE-NO-SERVICE': {
    of: { kind: 'Ingress', group: 'networking.k8s.io', namespace: 'shop', name: 'front' },
    fires: () => snapshot({ fronts: [ingress({}, 'gone')] }),
    silent: () => snapshot({ fronts: [ingress()] }),
  },
  'AFF-ROUTE-BYPASSES-SERVICE': {
    fires: () => snapshot({ fronts: [...gatewayOf('eg'), routeOf([{}])] }),
    silent: () => snapshot({ fronts: [httpRoute({}, 'other')] }),
  },
  'AFF-ROUTE-AFFINITY-CONFLICT': {
    fires: () => snapshot({ fronts: [...gatewayOf('eg'), routeOf([session()])] }),
    silent: () => snapshot({ fronts: [httpRoute()] }),
  },
  'AFF-MESH-BYPASSES-SERVICE': {
    fires: () => snapshot({ fronts: [destinationRule('web.shop.svc.cluster.local')] }),
    silent: () => snapshot({ fronts: [destinationRule('web.other.svc.cluster.local')] }),
  },
  'AFF-EPS-PORT-NAME-MISMATCH': {
    fires: () =>
      snapshot({
        service: selectorless(),
        slices: known([slice(['192.0.2.1'], { metadata: own, ports: [{ name: 'web', port: 8080 }] })]),
      }),
    silent: () =>
      snapshot({ service: selectorless(), slices: known([slice(['192.0.2.1'], { metadata: own })]) }),
  },
  'AFF-EPS-PORT-DIFFERS': {
    fires: () =>
      snapshot({
        service: selectorless(),
        slices: known([slice(['192.0.2.1'], { metadata: own, ports: [{ name: 'http', port: 9000 }] })]),
      }),
    silent: () =>
      snapshot({ service: selectorless(), slices: known([slice(['192.0.2.1'], { metadata: own })]) }),
  },
  'AFF-EPS-SEVERAL-ADDRESSES': {
    fires: () =>
      snapshot({
        service: selectorless(),
        slices: known([slice([['192.0.2.1', '192.0.2.2']], { metadata: own })]),
      }),
    silent: () =>
      snapshot({
        service: selectorless(),
        slices: known([slice(['192.0.2.1', '192.0.2.2'], { metadata: own })]),
      }),
  },
  'AFF-EPS-DUPLICATE-ADDRESS': {
    fires: () =>
      snapshot({
        slices: known([slice(['10.244.1.4']), slice(['10.244.1.4'], { metadata: { name: 'web-two' } })]),
      }),
    silent: () =>
      snapshot({
        slices: known([slice(['10.244.1.4']), slice(['10.244.1.5'], { metadata: { name: 'web-two' } })]),
      }),
  },
  'AFF-EPS-STALE': {
    fires: () => snapshot({ service: selectorless() }),
    silent: () => snapshot(),
  },
  'AFF-EPS-HEADLESS-LABEL': {
    fires: () =>
      snapshot({
        service: selectorless(),
        slices: known([
          slice(['192.0.2.1'], { metadata: { ...own, labels: { 'service.kubernetes.io/headless': '' } } }),
        ]),
      }),
    silent: () =>
      snapshot({ service: selectorless(), slices: known([slice(['192.0.2.1'], { metadata: own })]) }),
  },
  'AFF-EPS-FQDN': {
    fires: () =>
      snapshot({
        service: selectorless(),
        slices: known([slice(['db.example'], { metadata: own, addressType: 'FQDN' })]),
      }),
    silent: () =>
      snapshot({
        service: selectorless(),
        slices: known([slice(['2001:db8::1'], { metadata: own, addressType: 'IPv6' })]),
      }),
  },
  'AFF-EPS-FORBIDDEN-ADDRESS': {
    fires: () =>
      snapshot({ service: selectorless(), slices: known([slice(['127.0.0.1'], { metadata: own })]) }),
    silent: () =>
      snapshot({ service: selectorless(), slices: known([slice(['128.0.0.1'], { metadata: own })]) }),
  },
  'AFF-EXT-SECOND-HOP': {
    fires: () =>
      snapshot({
        service: selectorless(),
        slices: known([
          slice(['192.0.2.1'], {
            metadata: {
              ...own,
              annotations: { 'affinity.kubectl.dev/origin': '{"192.0.2.1":"svc/backend1-lb"}' },
            },
          }),
        ]),
      }),
    silent: () =>
      snapshot({ service: selectorless(), slices: known([slice(['192.0.2.1'], { metadata: own })]) }),
  },
  'AFF-EXT-NODE-IS-CLIENT': {
    fires: () =>
      snapshot({ service: selectorless(), slices: known([slice(['192.0.2.1'], { metadata: own })]) }),
    silent: () => snapshot({ service: selectorless(), slices: known([]) }),
  },
  'AFF-EPS-ENDPOINTS-API': {
    fires: () =>
      snapshot({
        service: selectorless(),
        slices: known([
          slice(['192.0.2.1'], {
            metadata: {
              ...own,
              labels: {
                'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
              },
            },
          }),
        ]),
      }),
    silent: () =>
      snapshot({ service: selectorless(), slices: known([slice(['192.0.2.1'], { metadata: own })]) }),
  },
  'AFF-SVC-TIMEOUT-UNSUPPORTED': {
    fires: () => snapshot({}, { windowsNodes: known(['win-1']) }),
    silent: () => snapshot({}, { windowsNodes: known([]) }),
  },
  'AFF-PROXY-AFFINITY-OFF': {
    fires: () => snapshot({}, proxy({ kind: 'cilium', affinity: { state: 'off', why: 'so', mend: [] } })),
    silent: () => snapshot({}, proxy({ kind: 'cilium' })),
  },
  'AFF-PROXY-MIXED-MODES': {
    fires: () => snapshot({}, proxy({ nodes: { node1: 'iptables', node2: 'nftables' } })),
    silent: () => snapshot({}, proxy({ nodes: { node1: 'nftables', node2: 'nftables' } })),
  },
  'AFF-PROXY-IPVS-MINIMUM': {
    fires: () =>
      snapshot(
        { service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 119 } } }) },
        proxy({ mode: 'ipvs' }),
      ),
    silent: () =>
      snapshot(
        { service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 120 } } }) },
        proxy({ mode: 'ipvs' }),
      ),
  },
  'AFF-PROXY-IPVS-RETIRES': {
    fires: () => snapshot({}, proxy({ mode: 'ipvs' })),
    silent: () => snapshot(),
  },
  'AFF-PROXY-IPTABLES-LIST': {
    fires: () => snapshot({}, proxy({ mode: 'iptables' })),
    silent: () => snapshot({}, proxy({ mode: 'nftables' })),
  },
  'AFF-PROXY-CILIUM-SOCKET': {
    fires: () =>
      snapshot({}, proxy({ kind: 'cilium', settings: { replaces: 'true', 'bpf-lb-sock': 'false' } })),
    silent: () =>
      snapshot(
        {},
        proxy({ kind: 'cilium', settings: { replaces: 'true', 'bpf-lb-sock-hostns-only': 'true' } }),
      ),
  },
  'AFF-PROXY-CILIUM-SECONDS': {
    fires: () =>
      snapshot(
        { service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } } }) },
        proxy({ kind: 'cilium' }),
      ),
    silent: () =>
      snapshot(
        { service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 3 } } }) },
        proxy({ kind: 'cilium' }),
      ),
  },
  'AFF-PROXY-CILIUM-ENTRIES': {
    fires: () => snapshot({ service: ofType('NodePort') }, proxy({ kind: 'cilium' })),
    silent: () => snapshot({ service: ofType('NodePort') }),
  },
  'AFF-PROXY-CILIUM-L7': {
    fires: () =>
      snapshot(
        { service: service({}, { annotations: { 'service.cilium.io/lb-l7': 'enabled' } }) },
        proxy({ kind: 'cilium', settings: { 'loadbalancer-l7': 'envoy' } }),
      ),
    silent: () =>
      snapshot(
        { service: service({}, { annotations: { 'service.cilium.io/lb-l7': 'enabled' } }) },
        proxy({ kind: 'cilium', settings: { 'loadbalancer-l7': 'disabled' } }),
      ),
  },
  'AFF-PROXY-CILIUM-MAGLEV': {
    fires: () =>
      snapshot(
        { service: ofType('NodePort') },
        proxy({ kind: 'cilium', settings: { 'bpf-lb-algorithm': 'maglev' } }),
      ),
    silent: () =>
      snapshot(
        {
          service: service(
            { type: 'NodePort' },
            { annotations: { 'service.cilium.io/lb-algorithm': 'random' } },
          ),
        },
        proxy({ kind: 'cilium', settings: { 'bpf-lb-algorithm': 'maglev' } }),
      ),
  },
  'AFF-PROXY-ANTREA-TIMEOUT': {
    fires: () => snapshot({}, proxy({ kind: 'antrea' })),
    silent: () => snapshot({}, proxy({ kind: 'kube-router' })),
  },
  'AFF-PROXY-OVN-TIMEOUT': {
    fires: () =>
      snapshot(
        { service: service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_400 } } }) },
        proxy({ kind: 'ovn-kubernetes' }),
      ),
    silent: () => snapshot({}, proxy({ kind: 'ovn-kubernetes' })),
  },
  'AFF-PROXY-OLD-KUBERNETES': {
    fires: () => snapshot({}, { version: known('v1.22.17') }),
    silent: () => snapshot({}, { version: known('v1.23.0') }),
  },
}
