import { analyse, type Explanation } from '../../../src/analysis/analyse.ts'
import { ingresses } from '../../../src/mechanisms/ingress/objects.ts'
import { known, type Unknown, unknown } from '../../../src/model/cluster/store.ts'
import type { LooseObject } from '../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../src/model/cluster/snapshot.ts'
import { service, slice, snapshot, tableOf, target } from '../analysis/build.ts'

const ingress: LooseObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'front',
    namespace: 'shop',
    annotations: {
      'nginx.ingress.kubernetes.io/affinity': 'cookie',
      'nginx.ingress.kubernetes.io/session-cookie-name': 'route',
    },
  },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      { host: 'shop.example', http: { paths: [{ path: '/app1', backend: { service: { name: 'web' } } }] } },
    ],
  },
}

const refused = (what: string): Unknown => ({ what, reason: 'forbidden' })
const forbidden = (what: string) => unknown<never>(refused(what))

/** Snapshots whose reports are golden files. */
const snapshots: Readonly<Record<string, () => Snapshot>> = {
  plain: () =>
    snapshot({ service: service({ sessionAffinity: 'None', sessionAffinityConfig: undefined as never }) }),
  sticky: () => snapshot(),
  'ingress-and-nodeport': () =>
    snapshot({
      service: service({
        type: 'NodePort',
        externalTrafficPolicy: 'Cluster',
        ports: [{ name: 'http', port: 8080, targetPort: 8080, nodePort: 31_280, protocol: 'TCP' }],
      }),
      fronts: [ingress],
    }),
  'load-balancer': () =>
    snapshot({
      service: {
        ...service({
          type: 'LoadBalancer',
          externalTrafficPolicy: 'Local',
          clusterIPs: ['10.96.4.4', 'fd96::4'],
          externalIPs: ['198.51.100.9'],
          ports: [{ name: 'http', port: 80, nodePort: 30_084 }],
        }),
        status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }, { hostname: 'lb.example' }] } },
      },
    }),
  'cilium-beside-kube-proxy': () =>
    snapshot(
      {
        service: service({
          type: 'NodePort',
          externalTrafficPolicy: 'Cluster',
          ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 31_280, protocol: 'TCP' }],
        }),
      },
      {
        proxy: known({
          kind: 'cilium',
          source: 'configmap kube-system/cilium-config',
          settings: { replaces: 'false' },
          affinity: {
            state: 'off',
            why: 'enable-session-affinity is "false" in Cilium 1.16.1',
            mend: ["set sessionAffinity: true in Cilium's Helm values"],
          },
          outside: known({
            kind: 'kube-proxy',
            mode: 'nftables',
            source: 'configmap kube-system/kube-proxy',
            settings: {},
          }),
        }),
      },
    ),
  cilium: () =>
    snapshot(
      {
        service: service({
          type: 'NodePort',
          externalTrafficPolicy: 'Cluster',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } },
          ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 31_280, protocol: 'TCP' }],
        }),
      },
      {
        proxy: known({
          kind: 'cilium',
          source: 'configmap kube-system/cilium-config',
          settings: { replaces: 'true' },
        }),
      },
    ),
  'proxy-not-known': () =>
    snapshot(
      {},
      {
        proxy: unknown({
          what: 'the Service proxy',
          reason: 'not-known',
          detail: 'kube-system has no DaemonSet of a known one',
        }),
      },
    ),
  headless: () => snapshot({ service: service({ clusterIP: 'None' }) }),
  'external-name': () => snapshot({ service: service({ type: 'ExternalName', externalName: 'db.example' }) }),
  external: () =>
    snapshot({
      service: service({ selector: {}, ports: [{ port: 9000, targetPort: 80, protocol: 'TCP' }] }),
      slices: known([
        slice([], {
          metadata: {
            name: 'web-external-ipv4-80-1',
            labels: { 'endpointslice.kubernetes.io/managed-by': 'kubectl-affinity' },
            annotations: { 'affinity.kubectl.dev/origin': '{"192.0.2.7":"svc/backend1-lb"}' },
          },
          ports: [{ name: '', port: 80, protocol: 'TCP' }],
          endpoints: [{ addresses: ['192.0.2.7'] }, { addresses: ['192.0.2.18'] }],
        }),
      ]),
      pods: known([]),
    }),
  'no-endpoints': () => snapshot({ slices: known([slice([])]) }),
  restricted: () =>
    snapshot(
      { pods: forbidden('pods in shop') },
      {
        windowsNodes: forbidden('nodes'),
        proxy: forbidden('configmap kube-system/kube-proxy'),
        objects: tableOf([], new Map([[ingresses, refused('ingresses.networking.k8s.io')]])),
      },
    ),
  'many-findings': () =>
    snapshot(
      {
        service: service({
          publishNotReadyAddresses: true,
          internalTrafficPolicy: 'Local',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
          ports: [
            { name: 'http', port: 80 },
            { name: 'https', port: 443 },
          ],
        }),
        slices: known([slice(['10.244.1.4'])]),
      },
      {
        proxy: known({ kind: 'kube-proxy', mode: 'ipvs', source: 'test', settings: {} }),
        windowsNodes: known(['win-1']),
      },
    ),
  hostile: () =>
    snapshot({
      service: service({ type: 'ExternalName', externalName: '\u001B[31mred\r\nx', selector: {} }),
    }),
}

export const explanations: Readonly<Record<string, () => Explanation>> = Object.fromEntries(
  Object.entries(snapshots).map(([name, make]) => [name, () => analyse(make(), target)]),
)
