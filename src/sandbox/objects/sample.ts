/** Three pods behind a Service without affinity, as someone would deploy them who asks where sessions go. */
export const sampleObjects = (namespace: string): { type: 'deployments' | 'services'; object: object }[] => {
  const name = 'sample'
  const labels = { app: name }
  return [
    {
      type: 'deployments',
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'sample-deployment', namespace, labels },
        spec: {
          replicas: 3,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: [
                {
                  name: 'podinfo',
                  image: 'sandbox/podinfo:1',
                  ports: [{ name: 'http', containerPort: 8080 }],
                },
              ],
            },
          },
        },
      },
    },
    {
      type: 'services',
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'sample-clusterip', namespace, labels },
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
      },
    },
  ]
}
