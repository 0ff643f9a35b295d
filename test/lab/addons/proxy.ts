import { stringify } from 'yaml'
import { apiServerUrl, nodeNetworks, podNetworks } from '../nodes/addresses.ts'
import { images } from '../images/list.ts'
import type { ProxyMode } from '../kubernetes/state.ts'

const namespace = 'kube-system'
const name = 'kube-proxy'
const labels = { 'k8s-app': 'kube-proxy' }
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

const configuration = (mode: ProxyMode): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode,
  clusterCIDR: podNetworks.join(','),
  clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' },
  // The size of the table is the machine's, not the node's.
  conntrack: { maxPerCore: 0 },
  nodePortAddresses: [...nodeNetworks],
})

const kubeconfig = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    {
      name: 'default',
      cluster: { 'certificate-authority': `${serviceAccountFolder}/ca.crt`, server: apiServerUrl },
    },
  ],
  contexts: [{ name: 'default', context: { cluster: 'default', namespace: 'default', user: 'default' } }],
  'current-context': 'default',
  users: [{ name: 'default', user: { tokenFile: `${serviceAccountFolder}/token` } }],
}

/** kube-proxy's configuration, under the name and with the keys that kubeadm gives it. */
export const proxyConfigMap = (mode: ProxyMode): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { app: name } },
  data: { 'config.conf': stringify(configuration(mode)), 'kubeconfig.conf': stringify(kubeconfig) },
})

/** kube-proxy as users have it: a DaemonSet with the names and labels of kubeadm. */
export const proxyAddon = (mode: ProxyMode): object[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kubeadm:node-proxier' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
  proxyConfigMap(mode),
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-node-critical',
          serviceAccountName: name,
          hostNetwork: true,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name,
              image: images.kubeProxy,
              imagePullPolicy: 'IfNotPresent',
              command: [
                '/usr/local/bin/kube-proxy',
                '--config=/var/lib/kube-proxy/config.conf',
                '--hostname-override=$(NODE_NAME)',
              ],
              env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
              securityContext: { privileged: true },
              volumeMounts: [
                { name: 'kube-proxy', mountPath: '/var/lib/kube-proxy' },
                { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
              ],
            },
          ],
          volumes: [
            { name: 'kube-proxy', configMap: { name } },
            { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
          ],
        },
      },
    },
  },
]
