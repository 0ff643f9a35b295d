/**
 * The JSON contract of `probe -o json`. Only the types reach the program (`import type`), which takes those of its results
 * from here: the schema itself is for the tests and for docs/schema, and its library stays out of the executable.
 *
 * Within v1 fields are added, never removed, renamed or given another meaning.
 */
import { z } from 'zod'

export const milliseconds = z.number().describe('Milliseconds.')
const time = z.number().describe('Milliseconds since the first request.')
export const count = z.int().nonnegative()
export const probability = z.number().min(0).max(1)

export const latency = z
  .object({
    p50: milliseconds.describe('Half of the requests took at most this long.'),
    p90: milliseconds.describe('Nine of ten requests took at most this long.'),
    p99: milliseconds.describe('99 of 100 requests took at most this long.'),
    max: milliseconds.describe('The longest request.'),
  })
  .describe('Milliseconds; upper bounds with a relative error of at most 2 %.')

export const letter = z
  .string()
  .describe('The backend’s letter in the text report: A, B, …, Z, a, …, z, then `+` for all others.')

export const backend = z
  .object({
    letter,
    kind: z
      .enum(['pod', 'address', 'anonymous'])
      .describe('A pod, an address that is no pod of this cluster, or answers that name nobody.'),
    name: z.string().describe('Pod name, address, or a short description of the answer.'),
    node: z.string().optional().describe('The node of the pod.'),
    address: z.string().optional().describe('The IP address of the endpoint.'),
    hits: count.describe('Answers that it gave.'),
    share: probability.describe('Its share of all recognised answers, 0 to 1.'),
    latency,
    firstMs: time.describe('Its first answer, in milliseconds since the first request.'),
    lastMs: time.describe('Its last answer, in milliseconds since the first request.'),
    statuses: z.record(z.string(), count).describe('HTTP status to number of answers; empty for plain TCP.'),
  })
  .describe('Someone who answered.')

export const endpointChange = z
  .object({
    atMs: time.describe('When it was seen, in milliseconds since the first request.'),
    kind: z
      .enum(['added', 'removed', 'ready', 'not-ready', 'terminating'])
      .describe('What happened to the endpoint.'),
    address: z.string().describe('The IP address of the endpoint.'),
    pod: z.string().optional().describe('The pod behind the address.'),
    node: z.string().optional().describe('The node of the pod.'),
  })
  .describe('A change of the Service’s endpoints during the run.')

export const explanation = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('endpoint-gone').describe('The backend before stopped being an endpoint.'),
      change: endpointChange,
    }),
    z.object({
      kind: z
        .literal('timeout-expired')
        .describe('No connection of the client was answered for as long as affinity may last.'),
      silentMs: milliseconds.describe(
        'From the last connection that was surely seen until this one was answered, in milliseconds.',
      ),
    }),
    z.object({
      kind: z
        .literal('age-reached')
        .describe(
          'The proxy may count the timeout from the connection that picked the pod, and that was long enough ago.',
        ),
      ageMs: milliseconds.describe('How long ago that may have been, in milliseconds.'),
    }),
    z.object({
      kind: z
        .literal('cookie-ended')
        .describe('The life of the cookie that holds the user was over, so the request came without it.'),
      cookie: z.string().describe('Its name.'),
      ageMs: milliseconds.describe('Since an answer had given it, in milliseconds.'),
    }),
  ])
  .describe('Why the backend may change without affinity being broken; absent when nothing explains it.')

export const switchSchema = z
  .object({
    number: count.describe('Number of the request that reached the new backend; the first request is 1.'),
    atMs: time.describe('When that request was started, in milliseconds since the first request.'),
    from: letter.describe('Letter of the backend before.'),
    to: letter.describe('Letter of the backend after.'),
    explanation: explanation.optional(),
  })
  .describe('A change of the backend from one recognised answer to the next.')

export const timelineCell = z
  .object({
    fromMs: time.describe('Start of the stretch, in milliseconds since the first request.'),
    toMs: time.describe('End of the stretch, in milliseconds since the first request.'),
    requests: count.describe('Requests that were started in it.'),
    failures: count.describe('Those of them that were not answered.'),
    switches: count.describe('Changes of the backend in it.'),
    letter: letter
      .optional()
      .describe('The backend that gave every recognised answer of the stretch; absent with none or several.'),
  })
  .describe('A stretch of the run: one request, or more once the run is too long to keep each.')

export const request = z
  .object({
    scheme: z.enum(['http', 'https', 'tcp', 'udp']).describe('How the port was spoken to.'),
    path: z.string().optional().describe('Path and query of the HTTP request.'),
    payload: z.string().optional().describe('What was sent, over UDP or plain TCP: one character per byte.'),
    keepAlive: z.boolean().describe('Whether connections were used again; false opens one for each request.'),
    intervalMs: milliseconds.describe(
      'Milliseconds between the starts of two requests; 0 is as fast as possible.',
    ),
    timeoutMs: milliseconds.describe('Milliseconds after which a request counted as failed.'),
    plannedRequests: count
      .optional()
      .describe('Requests to send; absent when the run was not bounded by a number of them.'),
    plannedDurationMs: milliseconds
      .optional()
      .describe(
        'Milliseconds to run; absent when requests were counted, or the run was to go on until it was ended.',
      ),
  })
  .describe('What was sent.')

export const totals = z
  .object({
    requests: count.describe('Requests that were sent.'),
    answered: count.describe('Requests that were answered, whatever the HTTP status.'),
    connections: count.describe('Connections that were opened.'),
    lost: count.describe('Observations that the probe made and that never arrived.'),
    durationMs: milliseconds.describe('Milliseconds from the first request to the end of the last.'),
    requestsPerSecond: z.number().describe('Requests per second.'),
    statuses: z
      .record(z.string(), count)
      .describe('HTTP status to number of answers, whoever gave them; empty for plain TCP.'),
  })
  .describe('The run in numbers.')

export const outcomes = z
  .partialRecord(
    z.enum(['answered', 'refused', 'reset', 'timeout', 'unreachable', 'dns', 'tls', 'protocol', 'error']),
    count,
  )
  .describe('How requests ended, to their number; all but `answered` are failures.')

export const endpoints = z
  .object({
    ready: count.describe('Endpoints that were ready.'),
    total: count.describe('All endpoints of the port.'),
    nodes: count.describe('Nodes that hold a ready endpoint.'),
    eligible: count.describe('Ready endpoints that the proxy on the client’s node may pick.'),
    fewerBy: z
      .enum(['internalTrafficPolicy', 'externalTrafficPolicy', 'hints'])
      .optional()
      .describe('What leaves the others out: a traffic policy Local, or topology hints.'),
  })
  .describe('The Service’s endpoints at the start.')

export const recognition = z
  .object({
    by: z
      .enum([
        'pod-name',
        'pod-ip',
        'hostname',
        'address',
        'fingerprint',
        'rule',
        'access-log',
        'sockets',
        'cookie',
        'anonymous',
        'none',
      ])
      .describe(
        'How backends were told apart; fingerprint: by what each answered when it was asked directly; rule: by what `--identify` extracts; access-log and sockets: by what the pods logged and hold, not by the answers; cookie: by the pod that the gateway names in its cookie; anonymous: by distinct answers.',
      ),
    source: z
      .string()
      .optional()
      .describe('Where that stood: `body`, `header:NAME`, or `rule` for `--identify`.'),
    unrecognised: count.describe('Answers that could not be assigned to a backend.'),
  })
  .describe('How the answers were assigned to backends.')

const timing = z
  .object({
    prepareMs: milliseconds.optional().describe('Milliseconds to read the Service and create the Job.'),
    podStartMs: milliseconds.optional().describe('Milliseconds until the pod ran.'),
    requestsMs: milliseconds.optional().describe('Milliseconds that the requests took.'),
    totalMs: milliseconds.optional().describe('Milliseconds from start to verdict.'),
  })
  .describe('Where the time went; a stage that was not reached is absent.')

export const probedService = z
  .object({
    name: z.string().describe('The Service’s name.'),
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).describe('`spec.type` of the Service.'),
    clusterIP: z.string().describe('The address that was probed.'),
    port: z.int().describe('The port that was probed.'),
    portName: z.string().optional().describe('The name of that port, if it has one.'),
    protocol: z.enum(['TCP', 'UDP']).describe('The protocol of that port.'),
    sessionAffinity: z.enum(['None', 'ClientIP']).describe('`spec.sessionAffinity` of the Service.'),
    timeoutSeconds: z
      .int()
      .optional()
      .describe('`spec.sessionAffinityConfig.clientIP.timeoutSeconds`; absent with sessionAffinity None.'),
  })
  .describe('What was probed, and how it was configured at the start.')

export const during = z.object({
  command: z.string().describe('The command that was run in the middle.'),
  exitCode: z.int().optional().describe('Absent when a signal ended it, or nothing before the probe ended.'),
  signal: z.string().optional().describe('The signal that ended it.'),
  startedMs: time.describe('When it was started.'),
  endedMs: time.optional().describe('When it ended.'),
  phases: z
    .array(
      z.object({
        name: z
          .enum(['before', 'during', 'after'])
          .describe('`during` lasts until the endpoints were still.'),
        fromMs: time.describe('When it began.'),
        toMs: time.describe('The end of its last request.'),
        requests: count.describe('Requests in it.'),
        failed: count.describe('Requests without an answer.'),
        backends: z
          .array(
            z.object({ letter: z.string().describe('As in `backends`.'), hits: count.describe('Answers.') }),
          )
          .describe('Who answered, in the order of the first answer.'),
      }),
    )
    .describe('The phases that were reached.'),
  sessions: z
    .object({
      users: count.describe('Users with a cookie jar.'),
      moved: count.describe('Those of them who were moved.'),
      needless: count.describe('Those who were moved though their pod had not gone.'),
      ended: count
        .optional()
        .describe('Those who were moved only because the life of their cookie was over.'),
      left: count.describe('Those whom no pod answered any more after theirs had gone.'),
      endpoints: z
        .object({
          before: count.describe('Ready ones before.'),
          came: count.describe('Addresses that came.'),
          went: count.describe('Addresses that went.'),
        })
        .describe('What became of the endpoints.'),
      points: z
        .enum(['at-a-pod', 'into-a-hash'])
        .optional()
        .describe('What holds them: a record of the pod, or a text that is hashed to one.'),
      share: z.number().optional().describe('The share of them that this has to move, 0 … 1.'),
      moves: z
        .array(
          z
            .object({
              client: z.int().describe('The client whose user it is.'),
              session: count.describe('Which of its users.'),
              atMs: time.describe('When.'),
              from: z.string().describe('The letter of the backend before.'),
              to: z.string().describe('That of the one after.'),
              needless: z.boolean().describe('Its pod had not gone, nor had its cookie ended.'),
            })
            .describe('One move of one user.'),
        )
        .describe('Who moved when, the first 200 of them.'),
    })
    .optional()
    .describe('With users who are to stay: who moved since the command began.'),
})

export const direct = z.array(
  z
    .object({
      address: z.string().describe('The address of the endpoint.'),
      port: count.describe('Its port.'),
      pod: z.string().optional().describe('The pod behind it; absent outside the cluster.'),
      from: z
        .array(
          z
            .object({
              node: z.string().optional().describe('The node of the client that asked.'),
              answered: count.describe('Requests that it answered.'),
              requests: count.describe('Requests that it was sent.'),
              failure: z
                .string()
                .optional()
                .describe('The most frequent outcome of those that it did not answer.'),
            })
            .describe('How it answered to one client.'),
        )
        .describe('One item for each client.'),
    })
    .describe('An endpoint, asked past the Service.'),
)

const spec = z
  .object({
    service: probedService,
    request,
    expected: z
      .enum(['sticky', 'spread'])
      .describe('What the verdict is compared with: the Service’s configuration, or `--expect`.'),
    acceptedError: probability.describe('The accepted probability of a wrong verdict: 1 − `--confidence`.'),
  })
  .describe('What was asked.')

const behaviour = z
  .enum(['sticky', 'spread', 'broken', 'inconclusive'])
  .describe(
    'sticky: one backend, or every switch is explained. spread: every pick is independent. broken: neither. inconclusive: the run cannot tell.',
  )

const reason = z
  .enum([
    'no-answers',
    'too-few-requests',
    'failures',
    'uneven-shares',
    'clustered',
    'moves',
    'silences',
    'one-name',
    'service-changed',
    'one-endpoint',
    'one-connection',
    'backends-not-told-apart',
    'observations-lost',
    'interrupted',
  ])
  .optional()
  .describe('Why the run cannot tell.')

const stretch = z
  .object({
    fromMs: z.number().describe('Its first request.'),
    toMs: z.number().describe('Its last request.'),
    policy: z
      .object({
        kind: z.enum(['none', 'client-ip']).describe('What clients are kept by.'),
        timeoutSeconds: count.optional().describe('With client-ip: for how long.'),
      })
      .describe('The affinity that was configured then.'),
    policyLocal: z
      .boolean()
      .optional()
      .describe('Where the traffic policy was changed: whether it was Local then.'),
    behaviour,
    expected: z.enum(['sticky', 'spread']).describe('What it is compared with.'),
    result: z.enum(['as-expected', 'differs', 'inconclusive']).describe('What came of that.'),
    reason,
    errorProbability: probability.describe('The probability that the behaviour is told wrongly by chance.'),
    answers: count.describe('Requests that were answered by a recognised backend.'),
    switches: count.describe('Changes of the backend from one answer to the next.'),
    explainedSwitches: count.describe('Those of them that have an explanation.'),
  })
  .describe('A part of the run.')

export const verdict = z
  .object({
    behaviour,
    result: z
      .enum(['as-expected', 'differs', 'inconclusive'])
      .describe('Compared with `spec.expected`; the exit code is 0, 3 or 4.'),
    reason,
    stretches: z
      .array(stretch)
      .optional()
      .describe('Of a Service that was changed: the parts of the run in which it stayed as it was.'),
    message: z.string().describe('The verdict in one sentence for people; its wording may change.'),
    errorProbability: probability.describe('The probability that the behaviour is told wrongly by chance.'),
    answers: count.describe('Requests that were answered by a recognised backend.'),
    picks: count.describe('Times that a backend was picked for them: the connections that they needed.'),
    switches: count.describe('Changes of the backend from one answer to the next.'),
    explainedSwitches: count.describe('Those of them that the endpoints or the timeout explain.'),
    switchesIfIndependent: z
      .number()
      .optional()
      .describe(
        'Switches that independent picks with the same shares have on average; absent with fewer than two picks.',
      ),
    eligibleEndpoints: count.describe(
      'Endpoints among which the proxy on the client’s node picks, as far as known.',
    ),
    breakRateBound: probability
      .optional()
      .describe(
        'With sticky: a share of unexplained switches above this would have shown with the accepted error.',
      ),
  })
  .describe('What the run showed.')

/** What stands beside the figures of every report of a probe. */
export const besides = {
  endpointChanges: z.array(endpointChange).describe('Changes of the endpoints during the run.'),
  direct: direct
    .optional()
    .describe('With `--fingerprint`: each endpoint as it answered when it was asked directly.'),
  during: during.optional().describe('With --during.'),
  notes: z.array(z.string()).describe('Sentences worth reading that change nothing in the verdict.'),
  timing,
}

const status = z
  .object({
    verdict,
    backends: z.array(backend).describe('Who answered, in the order of first appearance.'),
    totals,
    latency,
    outcomes,
    endpoints,
    client: z
      .object({
        pod: z.string().describe('The pod that sent the requests.'),
        container: z
          .string()
          .optional()
          .describe('Its container that sent them, with `--in-pod`; absent of a pod that was made for it.'),
        node: z.string().optional().describe('The node of that pod.'),
        address: z.string().optional().describe('The IP address of that pod.'),
        image: z.string().describe('The image of that pod.'),
        imageReason: z
          .string()
          .optional()
          .describe('Why it is that image, in words that may change; absent when it was asked for.'),
        tool: z
          .string()
          .optional()
          .describe(
            'The program that sent the requests (curl, wget, nc); absent where it was the agent in Node.',
          ),
      })
      .describe('Where the requests came from.'),
    recognition,
    timeline: z.array(timelineCell).describe('The run from start to end.'),
    switches: z
      .array(switchSchema)
      .describe('The changes of the backend; of more than 1,000 the first and the last 500.'),
    ...besides,
  })
  .describe('What was found.')

export const metadata = z
  .object({
    name: z.string().describe('The run id, as in the label of the probe’s Job.'),
    namespace: z.string().describe('The namespace of the Service and of the probe.'),
    creationTimestamp: z.string().describe('When the run was started, RFC 3339.'),
  })
  .describe('Which run this is.')

export const probeReport = z
  .object({
    apiVersion: z.literal('affinity.kubectl.dev/v1').describe('The version of this format.'),
    kind: z.literal('ProbeReport').describe('The kind of report.'),
    metadata,
    spec,
    status,
  })
  .describe('The result of one `kubectl affinity probe`.')

export type ProbeReport = z.infer<typeof probeReport>
