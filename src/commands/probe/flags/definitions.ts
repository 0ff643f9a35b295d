import * as Flags from '@oclif/core/flags'
import type { FlagValues } from '../../../cli/oclif/base-command.ts'
import { grouped } from '../../../cli/flags/groups.ts'
import { countFlag, durationFlag, listFlag, outputFlag, textFlag } from '../../../cli/flags/values.ts'

const hour = 3_600_000

const flags = {
  address: textFlag({
    description:
      'Where the gateway in front of the Service listens, ADDRESS or ADDRESS:PORT. Default: what the status of the objects says.',
  }),
  'all-ports': Flags.boolean({
    description: 'Probe every port of the Service and not only one.',
    default: false,
  }),
  ca: textFlag({
    description: 'File with the certificate authorities that the Service is verified with, in PEM.',
  }),
  clients: countFlag({
    description:
      'How many client pods send requests: one verdict for each, and one for all. Default: 1, or one per node with --spread nodes. 0 (with --via-local) runs no client pods.',
    helpValue: '1',
    min: 0,
    max: 1000,
  }),
  compare: textFlag({
    description:
      'Another Service, or something in front of one, to probe in the same way, and to show beside this one.',
  }),
  confidence: Flags.string({
    description:
      'How sure the verdict must be, as a fraction or in percent. The default number of requests follows from it. Default with --measure-timeout: 99.9%.',
    helpValue: '99.9999%',
  }),
  container: textFlag({
    char: 'c',
    description: 'Container of the pod of --in-pod. Default: the one that kubectl exec takes.',
  }),
  duration: durationFlag({
    description: 'How long to send requests, instead of a number of them.',
    helpValue: "''",
    min: 100,
    max: 24 * hour,
  }),
  during: textFlag({
    description:
      "Command that a shell runs in the middle, for example 'kubectl rollout restart deployment/web': the report tells before, during and after.",
  }),
  echo: Flags.boolean({
    description:
      'Probe echo pods in the place of the application as well, to tell its behaviour from the cluster’s.',
    default: false,
  }),
  expect: Flags.option({ options: ['sticky', 'spread'] as const })({
    description: 'What to compare with: sticky or spread. Default: what the Service is configured for.',
    helpValue: "''",
  }),
  fingerprint: Flags.boolean({
    description:
      'First connect to each endpoint directly, from every node or the pods of --in-pod, and once more afterwards: learns by which answers each is known, for backends that do not say who they are, and shows from where each can be reached. Needs to list nodes.',
  }),
  forge: Flags.boolean({
    description:
      'Through a gateway: afterwards send cookies that nobody was given (unknown, stale, expired, of a pod by name), and tell a hash from a record by what becomes of them.',
    default: false,
  }),
  header: listFlag({ description: "Header to send with each request, 'NAME: VALUE'." }),
  host: listFlag({
    description:
      'Go through the gateway or Ingress controller that serves this host: sent as Host, and as the name of TLS. Users visit several, with one jar. Default: what the objects say.',
  }),
  'host-network': Flags.boolean({
    description: "Clients use their node's network: they have the node's address.",
    default: false,
  }),
  http2: Flags.boolean({
    description: 'Through a gateway: speak HTTP/2, by ALPN over https and by prior knowledge over http.',
    default: false,
  }),
  identify: Flags.string({
    description:
      'How to tell who answered: by the answer (json:PATH, header:NAME, or regex:RE, its first group), by the access-log or the sockets of the pods, or anonymous (answers that differ). auto looks for names and addresses of the endpoints in the answers, then tries these in turn.',
    default: 'auto',
  }),
  image: textFlag({
    description:
      'Image of the probe pod: any with Node 18 or newer, or with a shell and one of curl, wget and nc. Default: one that the nodes have already, else docker.io/library/node:24-alpine.',
    env: 'KUBECTL_AFFINITY_IMAGE',
  }),
  'in-pod': listFlag({
    description:
      'Send the requests from these pods (pod/NAME) instead of new ones: each needs a shell and one of curl, wget and nc, or Node for what these cannot do, such as to keep cookies. Nothing in them is changed.',
  }),
  insecure: Flags.boolean({ description: "Do not verify the Service's certificate.", default: false }),
  interval: durationFlag({
    description: 'Time between the starts of two requests, instead of --rate.',
    helpValue: "''",
    min: 0,
    max: hour,
  }),
  'ip-family': Flags.option({ options: ['ipv4', 'ipv6', 'all'] as const })({
    description: "ipv4, ipv6 or all. Default: the family of the Service's first cluster IP.",
    helpValue: "''",
  }),
  'keep-alive': Flags.boolean({
    description: 'Keep one connection open instead of a new one for each request.',
    default: false,
  }),
  jar: Flags.boolean({
    description:
      'Simulated users keep cookies as browsers do, and beside them run requests that keep nothing. Default with a gateway; --no-jar leaves the users out.',
    allowNo: true,
  }),
  max: durationFlag({
    description: 'With --measure-timeout: the longest pause that is waited for.',
    helpValue: '2m0s',
    min: 1000,
    max: 24 * hour,
  }),
  'measure-timeout': Flags.boolean({
    description:
      'Find out after which pause a client may be moved to another pod, and whether new connections renew the time. Through a gateway: how long the cookie lives, and who ends it.',
    default: false,
  }),
  node: textFlag({ description: 'Name of the node that the client runs on.' }),
  output: outputFlag({ description: 'Output format. One of: (json, yaml, name, text, wide).' }),
  path: listFlag({
    description: 'Path of the HTTP request. Through a gateway users visit several, with one jar.',
    helpValue: '/',
  }),
  'pod-running-timeout': durationFlag({
    description:
      'How long to wait until the probe pod runs. When it is given, an image that cannot be pulled is waited for as well.',
    helpValue: '1m0s',
    min: 1000,
    max: hour,
  }),
  port: textFlag({
    description:
      'Number or name of the Service port. Default: the first TCP port, or the first UDP port if the Service has no TCP port.',
  }),
  protocol: Flags.option({ options: ['tcp', 'udp'] as const })({
    description: 'tcp or udp. Default: that of the port. udp needs --send.',
    helpValue: "''",
  }),
  rate: Flags.string({
    description:
      'Requests per second of each client, or max. Default: 50, or less where many clients would make more than 1000 in all.',
    helpValue: '50',
  }),
  replicas: Flags.boolean({
    description:
      'Through a gateway: users go from one replica of it to another with one jar, each asked by itself. Needs to list Services.',
    default: false,
  }),
  requests: countFlag({
    description: 'How many requests to send. Default: enough for --confidence.',
    helpValue: '0',
    min: 0,
    max: 100_000_000,
  }),
  scheme: Flags.option({ options: ['auto', 'http', 'https', 'tcp'] as const })({
    description:
      'What the port speaks: auto, http, https or tcp (the answer is what the server sends first).',
    default: 'auto',
  }),
  send: textFlag({
    description:
      'What to send in each datagram (udp), or on each connection instead of HTTP (tcp; a line end is added). Knows \\n, \\r, \\t, \\\\ and \\xHH.',
  }),
  'session-counter': textFlag({
    description:
      "Where answers hold the number of a visit that the application counts in its own session, json:PATH or regex:RE (its first group): shows whether that session survives beside the user's pod.",
  }),
  'show-cookies': Flags.boolean({
    description: 'Tell the values of cookies that proxies make; those of applications are never told.',
    default: false,
  }),
  sessions: countFlag({
    description: 'How many users with a cookie jar each client simulates.',
    helpValue: '6',
    min: 1,
    max: 200,
  }),
  shadow: Flags.boolean({
    description:
      'With --measure-timeout: measure a temporary Service with the same settings and a timeout of 10s at most.',
    default: false,
  }),
  spread: Flags.option({ options: ['nodes'] as const })({
    description: 'Spread the clients evenly over what is named: nodes.',
    helpValue: "''",
  }),
  timeout: durationFlag({
    description: 'How long a request may take.',
    helpValue: '2s',
    min: 10,
    max: 600_000,
  }),
  via: listFlag({
    description:
      'Where clients enter. One or more of: (cluster-ip, dns, node-port, load-balancer, external-ip, all), with commas between them. All leaves dns out. One verdict for each client at each entry.',
    helpValue: '[cluster-ip]',
  }),
  'via-local': Flags.boolean({
    description:
      'This machine is a client as well, at node ports, load balancers and external IPs. With --clients 0 the only one: no Job is made.',
    default: false,
  }),
  watch: Flags.boolean({
    char: 'w',
    description:
      'Go on until stopped (for 24h, or --duration), and say each switch when it happens. With -o json one object on each line, the report last.',
    default: false,
  }),
  websocket: Flags.boolean({
    description:
      'Through a gateway: users open WebSockets as well, with the cookies that they have. The answer is the first message, or the head.',
    default: false,
  }),
  'what-if': listFlag({
    description:
      'KEY=VALUE that a temporary Service beside this one has differently: timeout, affinity, internalTrafficPolicy.',
  }),
}

/** The flags of `probe`, under the headings of help. */
export const probeFlags = grouped(flags, {
  Load: ['duration', 'interval', 'rate', 'requests', 'watch'],
  Request: [
    'ca',
    'header',
    'http2',
    'insecure',
    'keep-alive',
    'path',
    'port',
    'protocol',
    'scheme',
    'send',
    'timeout',
    'websocket',
  ],
  Client: ['clients', 'host-network', 'in-pod', 'container', 'node', 'spread', 'via-local'],
  User: ['jar', 'session-counter', 'sessions', 'show-cookies'],
  Entry: ['address', 'all-ports', 'host', 'ip-family', 'via'],
  Judgement: ['confidence', 'expect', 'fingerprint', 'identify'],
  Experiment: [
    'compare',
    'during',
    'echo',
    'forge',
    'max',
    'measure-timeout',
    'replicas',
    'shadow',
    'what-if',
  ],
  Pod: ['image', 'pod-running-timeout'],
  Output: ['output'],
})

/** The flags of `probe`, parsed one by one. Of a boolean one that is not given oclif's types say nothing: `jar` has three values. */
export type ProbeFlags = Omit<FlagValues<typeof flags>, 'jar'> & { jar: boolean | undefined }
