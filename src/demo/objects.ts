import type { OwnerReference } from '../model/cluster/kubernetes.ts'
import { podBasics } from '../probe/run/clients/pods/pod-parts.ts'

/** What a demonstration needs: three pods that say who they are, behind a Service without affinity. */

export const serviceName = 'sample-clusterip'
export const deploymentName = 'sample-deployment'

const labels = { app: 'sample' }

/** Answers with the addresses of its pod and node, as the application of someone might, and needs nothing but Node. */
const server =
  "require('http').createServer((_, answer) => answer.end(JSON.stringify({ pod_ip: process.env.POD_IP, node_ip: process.env.NODE_IP }))).listen(8080); process.on('SIGTERM', () => process.exit())"

const variable = (name: string, fieldPath: string): object => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
})

/** Meets the "restricted" Pod Security Standard; goes with its owner. */
export const deployment = (namespace: string, image: string, owner: OwnerReference): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: deploymentName, namespace, labels, ownerReferences: [owner] },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        securityContext: podBasics.securityContext,
        containers: [
          {
            name: 'podinfo',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', '-e', server],
            ports: [{ name: 'http', containerPort: 8080 }],
            env: [variable('POD_IP', 'status.podIP'), variable('NODE_IP', 'status.hostIP')],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
})

export const service = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: serviceName, namespace, labels },
  spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
})
