/**
 * The JSON contract of `probe -o json` where there are several clients or entries. Only the types reach the program
 * (`import type`), as with the report of one client: within v1 fields are added, never removed, renamed or given another
 * meaning.
 */
import { z } from 'zod'
import {
  backend,
  count,
  besides,
  endpoints,
  latency,
  letter,
  metadata,
  outcomes,
  probability,
  probedService,
  recognition,
  request,
  switchSchema,
  totals,
  verdict,
} from './probe.ts'
import {
  clientIndex,
  entryIndex,
  policy,
  cookie,
  users,
  stranger,
  forged,
  dropped,
  lifetime,
  crossing,
  breaks,
} from './users.ts'

const front = z
  .object({
    scheme: z.enum(['auto', 'http', 'https']).describe('How it is asked.'),
    hostName: z.string().describe('The host that is asked for.'),
    path: z.string().describe('The path that is asked for.'),
    by: z.string().optional().describe('Who is there, in words.'),
    policy,
    isVoid: z
      .boolean()
      .optional()
      .describe('The policy is configured, and the Service behind it picks the pod.'),
    further: z
      .array(policy)
      .optional()
      .describe('What is configured there beside it: for further Services, and for the choice of one.'),
    service: z.string().optional().describe('The Service behind it, where there are several.'),
    beside: z
      .array(
        z.object({
          name: z.string().describe('The name of the Service.'),
          portName: z.string().optional().describe('The name of its port, where it has one.'),
        }),
      )
      .optional()
      .describe('Further Services that requests there are shared out to.'),
    replica: z.string().optional().describe('The pod of the gateway that is asked by itself.'),
    upgrade: z.literal('websocket').optional().describe('Requests there ask for a WebSocket.'),
    isHttp2: z.boolean().optional().describe('Requests there are made in HTTP/2.'),
    again: entryIndex.optional().describe('The entry to which users come back after the others.'),
  })
  .describe('With `gateway`: what is asked for there.')

export const entry = z
  .object({
    index: entryIndex,
    kind: z
      .enum(['cluster-ip', 'dns', 'node-port', 'load-balancer', 'external-ip', 'gateway'])
      .describe('What it is, as in `--via`; `gateway` is something in front of the Service.'),
    host: z.string().describe('The address or name that clients connect to.'),
    port: z.int().describe('The port there: a node port, or the Service’s own.'),
    servicePort: z.int().describe('The port of the Service that it leads to.'),
    portName: z.string().optional().describe('The name of that port, if it has one.'),
    protocol: z.enum(['TCP', 'UDP']).describe('The protocol of that port.'),
    family: z.enum(['IPv4', 'IPv6']).describe('The address family.'),
    node: z.string().optional().describe('The node whose port it is.'),
    policyLocal: z
      .boolean()
      .optional()
      .describe('True where the traffic policy of this side is Local: a node uses its own endpoints only.'),
    balancer: z
      .strictObject({
        name: z.string().describe('Who makes it: `AWS Network Load Balancer`.'),
        affinity: z
          .enum(['follows', 'ignores', 'refuses', 'unknown'])
          .describe('What it does with sessionAffinity ClientIP.'),
        to: z.enum(['nodes', 'pods', 'cluster-ip', 'unknown']).describe('Where it sends connections.'),
        own: z.string().optional().describe('What its own stickiness is called, as an annotation.'),
        keeps: z.literal(true).optional().describe('Its own stickiness is on.'),
      })
      .optional()
      .describe('Of a load balancer, where it is known who makes it.'),
    proxied: z
      .boolean()
      .optional()
      .describe('True for a load balancer that nodes do not stand in for: `ipMode: Proxy`, or a host name.'),
    front: front.optional(),
  })
  .describe('A way into the Service.')

export const client = z
  .object({
    index: z.int().min(-1).describe('The completion index of its pod; -1 is the user’s machine.'),
    place: z.enum(['pod', 'here']).describe('In the cluster, or on the machine of the user.'),
    pod: z.string().optional().describe('Its pod.'),
    node: z.string().optional().describe('The node of the pod.'),
    address: z.string().optional().describe('Its own IP address.'),
    addresses: z.array(z.string()).optional().describe('All its own addresses, of both families.'),
    image: z.string().optional().describe('The image of the pod.'),
    imageReason: z.string().optional().describe('Why it is that image; absent when the user named it.'),
    container: z.string().optional().describe('The container of a pod that was there (`--in-pod`).'),
    tool: z.string().optional().describe('The program that sent the requests where there was no Node.'),
    hostNetwork: z.boolean().optional().describe('True when it uses the network of its node.'),
  })
  .describe('Where requests came from.')

export const cell = z
  .object({
    client: clientIndex,
    entry: entryIndex,
    session: count.optional().describe('What the client kept, where there are several such sessions.'),
    verdict: verdict
      .omit({ message: true })
      .extend({
        expected: z.enum(['sticky', 'spread']).describe('What it is compared with.'),
        acceptedError: probability.describe('The part of the accepted error that this verdict may use.'),
      })
      .describe('What this cell showed.'),
    backends: z
      .array(
        z
          .object({ letter, hits: count.describe('Answers that it gave.') })
          .describe('Somebody who answered.'),
      )
      .describe('Who answered, the most answers first.'),
    seenAddresses: z
      .array(
        z
          .object({
            address: z.string().describe('The address.'),
            hits: count.describe('Answers that told of it.'),
          })
          .describe('An address of the client in the eyes of the backends.'),
      )
      .describe(
        'The client’s addresses as the backends saw them, where answers say; the most answers first.',
      ),
    masqueraded: z
      .boolean()
      .optional()
      .describe('Whether a backend saw another address than the client’s own; absent where it is not known.'),
    totals,
    latency,
    outcomes,
    switches: z
      .array(switchSchema)
      .describe('Its first changes of the backend; times since its own first request.'),
    visits: z
      .object({
        counted: count.describe('Answers that held a number.'),
        highest: count.describe('The highest one.'),
        lost: count.describe('Answers whose number is not above that of the answer before.'),
        lostOnPod: count.describe('Those of them that came from the pod as before.'),
      })
      .optional()
      .describe("With --session-counter: what the application's own count says of its session."),
    cookies: z.array(cookie).optional().describe('What it saw of cookies, where they were looked at.'),
    redirects: count.optional().describe('Redirects that were followed.'),
    cached: count.optional().describe('Answers that came from a cache: they say nothing of a pod.'),
    nameless: z
      .record(z.string(), count)
      .optional()
      .describe('Answers that named no backend, by HTTP status, where a proxy may have given them.'),
    failures: z.array(z.string()).describe('Its first failures, in words.'),
    startMs: z
      .number()
      .describe('When its first request was started, in milliseconds since that of the run.'),
  })
  .describe('One client at one entry.')

const clients = z.array(clientIndex).describe('The clients that it holds for.')

export const statement = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('each-client-sticks').describe('Every client stays on its pod at this entry.'),
      entry: entryIndex,
      clients: count.describe('How many clients.'),
    }),
    z.object({
      kind: z.literal('clients-differ').describe('Clients of this entry are kept on different pods.'),
      entry: entryIndex,
      backends: count.describe('On how many backends.'),
      clients: count.describe('How many clients.'),
    }),
    z.object({
      kind: z
        .literal('clients-on-one-pod')
        .describe('All clients are on one pod, as if they were one client.'),
      entry: entryIndex,
      letter,
      clients: count.describe('How many clients.'),
      chance: probability.describe('The probability of that for clients that are told apart.'),
    }),
    z.object({
      kind: z.literal('clients-break').describe('Some clients do not stay on their pod.'),
      entry: entryIndex,
      clients,
      of: count.describe('Of how many clients.'),
    }),
    z.object({
      kind: z.literal('clients-share-address').describe('The pods saw several clients with one address.'),
      entry: entryIndex,
      address: z.string().describe('That address.'),
      clients,
    }),
    z.object({
      kind: z.literal('load').describe('How the clients that stick are distributed over the pods.'),
      entry: entryIndex,
      clientsPerPod: z.array(count).describe('Clients per pod, the most first, pods without any included.'),
      expectedMost: z
        .number()
        .describe('The most that a pod has on average if every client gets one by chance.'),
      chance: probability.describe('The probability that chance alone is as uneven.'),
    }),
    z.object({
      kind: z
        .literal('entries-differ')
        .describe('Clients are kept at each entry, but on different pods at different ones.'),
      by: z
        .enum(['node', 'port', 'family', 'entry', 'unknown'])
        .describe(
          'What such entries differ in: the node whose proxy picks, the port, the address family. entry: the proxy remembers clients for each address by itself.',
        ),
      clients,
    }),
    z.object({
      kind: z.literal('no-answer-through').describe('Nothing came back through an entry.'),
      entry: entryIndex,
      clients,
      reason: z
        .enum(['no-local-endpoint'])
        .optional()
        .describe(
          'Why, where it is configured so: the traffic policy is Local and the node has no endpoint.',
        ),
    }),
    z.object({
      kind: z.literal('clients-moved').describe('Endpoints changed, and clients moved.'),
      entry: entryIndex,
      necessary: clients,
      unnecessary: clients,
    }),
    z.object({
      kind: z.literal('table-full').describe('More clients than the proxy’s table can remember.'),
      entry: entryIndex,
      node: z.string().describe('The node of that proxy.'),
      clients: count.describe('How many clients.'),
      capacity: count.describe('How many it can remember.'),
    }),
  ])
  .describe('A fact about several cells.')

export const surveyReport = z
  .object({
    apiVersion: z.literal('affinity.kubectl.dev/v1').describe('The version of this format.'),
    kind: z.literal('ProbeSurveyReport').describe('The kind of report.'),
    metadata,
    spec: z
      .object({
        service: probedService
          .pick({ name: true, type: true, sessionAffinity: true, timeoutSeconds: true })
          .describe('What was probed, and how it was configured at the start.'),
        target: z
          .object({
            kind: z.string().describe('Its kind, `ingress` for example.'),
            namespace: z.string().describe('Its namespace.'),
            name: z.string().describe('Its name.'),
          })
          .optional()
          .describe('What was named, where that is not the Service.'),
        sessions: z
          .array(
            z
              .object({
                keeps: z.enum(['nothing', 'cookies', 'one-cookie', 'connection']).describe('What it keeps.'),
                header: z.string().optional().describe('The header in which it says who it is.'),
              })
              .describe('What a simulated user keeps from request to request.'),
          )
          .optional()
          .describe('The sessions of each client, where there are several.'),
        entries: z.array(entry).describe('The ways in that were probed.'),
        request,
        expected: z.enum(['sticky', 'spread']).describe('What the verdicts are compared with.'),
        acceptedError: probability.describe(
          'The accepted probability that any verdict is wrong: 1 − `--confidence`.',
        ),
      })
      .describe('What was asked.'),
    status: z
      .object({
        verdict: z
          .object({
            result: z
              .enum(['as-expected', 'differs', 'inconclusive'])
              .describe('Compared with `spec.expected`; the exit code is 0, 3 or 4.'),
            message: z.string().describe('The verdict in one sentence for people; its wording may change.'),
            behaviours: z
              .object({
                sticky: count.describe('Cells that stick.'),
                spread: count.describe('Cells that spread.'),
                broken: count.describe('Cells that do neither.'),
                inconclusive: count.describe('Cells that cannot tell.'),
              })
              .describe('How many cells behave how.'),
            errorProbability: probability.describe(
              'The probability that any cell is told wrongly by chance, at most.',
            ),
            acceptedErrorPerCell: probability.describe(
              'The part of the accepted error that each cell may use.',
            ),
          })
          .describe('What all cells say together.'),
        statements: z.array(statement).describe('What can be said of several cells only.'),
        strangers: z
          .array(stranger)
          .optional()
          .describe('Cookies that are not what the objects lead one to expect.'),
        forged: forged.optional(),
        dropped: z
          .array(dropped)
          .optional()
          .describe('Which of several cookies holds users, or takes them elsewhere.'),
        lifetime: lifetime.optional(),
        crossings: z
          .array(crossing)
          .optional()
          .describe('With users who took their cookies from place to place: what they found.'),
        breaks: breaks.optional(),
        users: z
          .array(users)
          .optional()
          .describe('With users who keep cookies: what they say, for each entry.'),
        clients: z.array(client).describe('The clients that ran.'),
        absent: z
          .array(
            z
              .object({
                index: count.describe('The completion index of its pod.'),
                why: z.string().describe('Why it did not run.'),
              })
              .describe('A client that did not run.'),
          )
          .describe('Clients that were asked for and did not run.'),
        unasked: z
          .array(
            z
              .object({
                port: count.describe('The port of the Service.'),
                name: z.string().optional().describe('Its name.'),
                protocol: z.string().describe('Its protocol.'),
                family: z
                  .enum(['IPv4', 'IPv6'])
                  .optional()
                  .describe('Where other families of it were asked.'),
                why: z.string().describe('Why it was not asked, in words that may change.'),
              })
              .describe('What could not be asked.'),
          )
          .optional()
          .describe(
            'Ports of the Service that were meant and not asked: of nobody ready, or of another protocol.',
          ),
        cells: z.array(cell).describe('Each client at each entry that it asked, client by client.'),
        backends: z.array(backend).describe('Who answered, over all cells.'),
        totals,
        latency,
        outcomes,
        endpoints,
        recognition,
        ...besides,
      })
      .describe('What was found.'),
  })
  .describe('The result of one `kubectl affinity probe` with several clients or entries.')

export type SurveyReport = z.infer<typeof surveyReport>
