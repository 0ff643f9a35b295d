import type { StoryStep } from './step.ts'

const name = 'shop'
const target = `ingress/${name}`
const prefix = 'nginx.ingress.kubernetes.io/'
const probe = ['probe', target]

/** The story of an Ingress of ingress-nginx whose users should stay on their pod, and of what breaks that. */
export const cookieStory: readonly StoryStep[] = [
  {
    says: 'An Ingress with a regular expression. Who decides which pod a request reaches?',
    words: ['explain', target],
  },
  {
    says: 'Is it really so? Users come through the gateway, with cookie jars of their own, and the same users without.',
    words: probe,
  },
  {
    says: 'Keep each user on one pod, by a cookie.',
    words: ['enable', target, '--cookie', 'route', '--persistent'],
  },
  {
    says: 'Users with the cookie stay now. Without it they are spread: so it is the cookie that keeps them.',
    words: probe,
  },
  {
    says: 'The trap: without a path of its own the cookie gets that of the Ingress, word for word.',
    ingress: name,
    annotations: { [`${prefix}session-cookie-path`]: null },
  },
  { says: 'No browser sends it back, though curl -b would.', words: probe, exitCode: 3 },
  {
    says: 'Another one: the path is right, but the gateway now sends to the Service and not to its pods.',
    ingress: name,
    annotations: { [`${prefix}session-cookie-path`]: '/', [`${prefix}service-upstream`]: 'true' },
  },
  { says: 'The cookie comes back, and users move all the same. Which hop is it?', words: probe, exitCode: 3 },
  {
    says: 'Back to where it was.',
    ingress: name,
    annotations: { [`${prefix}service-upstream`]: null },
  },
  { says: 'And without the cookie.', words: ['disable', target] },
]

const labels = { app: name }
const metadata = { name, namespace: 'default', labels }

/** What the story is about: three pods behind a Service, and an Ingress that leads there. */
export const cookieObjects: readonly object[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name, image: 'sandbox/podinfo:1', ports: [{ name: 'http', containerPort: 8080 }] }],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...metadata,
      annotations: { [`${prefix}use-regex`]: 'true', [`${prefix}rewrite-target`]: '/$1' },
    },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'shop.example.com',
          http: {
            paths: [
              {
                path: '/(cart/.*)',
                pathType: 'ImplementationSpecific',
                backend: { service: { name, port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  },
]
