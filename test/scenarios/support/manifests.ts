import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeAuthority } from '../../unit/cluster/support/pki.ts'
import type { Site } from './site.ts'

const serverSource = readFileSync(join(import.meta.dirname, '..', 'apps', 'server.cjs'), 'utf8')

export interface AppOptions {
  replicas?: number
  /** Pods of all nodes in equal parts, or of this one only. */
  node?: string
  /** Of the pods, beside `app`. */
  labels?: Readonly<Record<string, string>>
  /** Serves HTTPS with it. */
  certificate?: { cert: string; key: string }
  /** A pod that is to end answers for so long that proxies have followed by then. */
  graceMs?: number
}

/** The Deployment of the scenarios' application, as of someone who runs it: probes, requests, labels. */
export function app(site: Site, name: string, options: AppOptions = {}): object {
  const { replicas = 3, node, labels, certificate, graceMs = 0 } = options
  const container = {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', serverSource],
    ports: [{ name: 'http', containerPort: 8080 }],
    env: [
      fieldVariable('POD_IP', 'status.podIP'),
      fieldVariable('NODE_IP', 'status.hostIP'),
      { name: 'GRACE_MS', value: String(graceMs) },
      ...(certificate === undefined
        ? []
        : [
            { name: 'TLS_CERT', value: certificate.cert },
            { name: 'TLS_KEY', value: certificate.key },
          ]),
    ],
    readinessProbe: listensOn(8080),
    resources: { requests: { cpu: '5m', memory: '16Mi' } },
  }
  return deployment(name, replicas, container, node, labels)
}

/** A Deployment of many pods that cost next to nothing: busybox's web server, which answers with the pod's name. */
export function smallApp(site: Site, name: string, replicas: number): object {
  return deployment(name, replicas, {
    name: 'server',
    image: site.images.busybox,
    command: ['sh', '-c', 'mkdir /tmp/w && hostname >/tmp/w/index.html && exec httpd -f -p 8080 -h /tmp/w'],
    ports: [{ containerPort: 8080 }],
  })
}

/** An application that names its pod after so many milliseconds. */
export function slow(site: Site, name: string, ms: number): object {
  const server = `require('http').createServer((_, response) => {
  setTimeout(() => response.end(require('os').hostname()), ${ms})
}).listen(8080)`
  return deployment(name, 3, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', server],
    readinessProbe: listensOn(8080),
    ports: [{ containerPort: 8080 }],
  })
}

/** An application whose pods answer alike and log nothing. */
export function silent(site: Site, name: string, replicas = 3): object {
  return deployment(name, replicas, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', "require('http').createServer((_, response) => response.end('ok')).listen(8080)"],
    readinessProbe: listensOn(8080),
    ports: [{ containerPort: 8080 }],
  })
}

const loggingServer = `require('http').createServer((request, response) => {
  console.log(request.method, request.url, response.statusCode, JSON.stringify(request.headers['user-agent']))
  response.end('ok')
}).listen(8080)`

/** An application whose pods answer alike, and which logs its requests as web servers do: with path and User-Agent. */
export function logging(site: Site, name: string, replicas = 3): object {
  return deployment(name, replicas, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', loggingServer],
    readinessProbe: listensOn(8080),
    ports: [{ containerPort: 8080 }],
  })
}

/** The server of Kubernetes' own tests: HTTP on 8080, UDP on 8081, where it knows `hostname`, `clientip` and `echo …`. */
export function netexec(site: Site, name: string, replicas = 3): object {
  return deployment(name, replicas, {
    name: 'server',
    image: site.images.agnhost,
    args: ['netexec', '--http-port=8080', '--udp-port=8081'],
    ports: [{ containerPort: 8080 }, { containerPort: 8081, protocol: 'UDP' }],
    readinessProbe: listensOn(8080),
  })
}

const datagramServer = `const server = require('dgram').createSocket('udp4')
server.on('message', (message, { address, port }) => {
  console.log(address + ':' + port, message.length + ' bytes')
  server.send('ok', port, address)
}).bind(8080)`

/** A UDP server whose pods answer alike, and which logs who asked. */
export function datagramLogging(site: Site, name: string, replicas = 3): object {
  return deployment(name, replicas, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', datagramServer],
    ports: [{ containerPort: 8080, protocol: 'UDP' }],
  })
}

const lineServer = `require('net').createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', () => {
    console.log('open')
    socket.on('close', () => console.log('closed'))
  })
  socket.on('data', () => socket.write(require('os').hostname() + '\\n'))
}).listen(8080)
process.on('SIGTERM', () => process.exit())`

/**
 * A server that answers each line on a connection with the name of its pod, and says nothing by itself. Its log says when a
 * connection is asked something first, and when that one closes: the kubelet's are none of them.
 */
export function lineApp(site: Site, name: string, replicas = 3): object {
  return deployment(name, replicas, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', lineServer],
    ports: [{ containerPort: 8080 }],
    readinessProbe: listensOn(8080),
  })
}

/** A readiness probe of who listens; a machine that stalls for a moment takes no pod out of the endpoints. */
export const listensOn = (port: number): object => ({
  tcpSocket: { port },
  periodSeconds: 1,
  timeoutSeconds: 10,
})

/** A Deployment of one container, spread over the nodes. */
export function deployment(
  name: string,
  replicas: number,
  container: object,
  node?: string,
  more: Readonly<Record<string, string>> = {},
): object {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, ...more } },
        spec: {
          terminationGracePeriodSeconds: 1,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_534,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...(node === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': node } }),
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [{ ...container, securityContext: restricted }],
        },
      },
    },
  }
}

/** With what the pod says, this meets the "restricted" Pod Security Standard. */
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }

const fieldVariable = (name: string, fieldPath: string): object => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
})

interface ServiceOptions {
  /** The label `app` of the pods; the Service's name unless given. */
  of?: string
  ports?: object[]
  /** Seconds; without it the affinity is None. */
  affinity?: number
  /** More of the spec. */
  spec?: object
}

export function service(name: string, options: ServiceOptions = {}): object {
  const { of = name, ports = [{ port: 80, targetPort: 8080 }], affinity, spec } = options
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      selector: { app: of },
      ports,
      ...(affinity === undefined
        ? {}
        : {
            sessionAffinity: 'ClientIP',
            sessionAffinityConfig: { clientIP: { timeoutSeconds: affinity } },
          }),
      ...spec,
    },
  }
}

export const manyHours = 10_800

/** A certificate for a Service of a namespace, and the certificate of the authority that issued it. */
export function certificateFor(
  service: string,
  namespace: string,
): { cert: string; key: string; authority: string } {
  const authority = makeAuthority('scenario authority')
  const issued = authority.issue({ commonName: service, dnsNames: [`${service}.${namespace}.svc`] })
  return { ...issued, authority: authority.cert }
}

const webAuthority = makeAuthority('scenario authority')

/** A Secret with a certificate for a name. */
export function certificateOf(name: string, dnsName: string, expired = false): object {
  const { cert, key } = webAuthority.issue({ commonName: name, dnsNames: [dnsName], expired })
  const data = { 'tls.crt': btoa(cert), 'tls.key': btoa(key) }
  return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name }, data }
}
