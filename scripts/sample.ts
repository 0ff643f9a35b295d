/** Three pods behind a Service, as the demo and the recording use them. */

export const namespace = 'affinity-demo'
export const image = 'docker.io/lab/node:1'

/** Answers with the address of its pod, as many applications do, and needs nothing but Node. */
const server =
  "require('http').createServer((_, answer) => answer.end(JSON.stringify({ pod_ip: process.env.POD_IP }))).listen(8080); process.on('SIGTERM', () => process.exit())"

const container = {
  name: 'server',
  image,
  command: ['node', '-e', server],
  env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
  readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
}

export const sampleObjects = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'echo', namespace },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'echo' } },
        template: {
          metadata: { labels: { app: 'echo' } },
          spec: { terminationGracePeriodSeconds: 1, containers: [container] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'echo', namespace },
      spec: { selector: { app: 'echo' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ],
}
