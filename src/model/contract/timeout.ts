/**
 * The JSON contract of `probe --measure-timeout -o json`. Within v1 fields are added, never removed, renamed or given
 * another meaning.
 */
import { z } from 'zod'
import { endpoints, probedService, recognition } from './probe.ts'
import { entry } from './survey.ts'

const milliseconds = z.number().nonnegative()
const count = z.int().nonnegative()
const probability = z.number().min(0).max(1)

const spec = z
  .object({
    service: probedService,
    shadow: z
      .object({
        name: z.string().describe('The name that it had.'),
        timeoutSeconds: z.int().describe('Its `timeoutSeconds`, in the place of the original’s.'),
      })
      .optional()
      .describe('The temporary Service that was measured in the place of `service` (`--shadow`).'),
    entry: entry
      .optional()
      .describe('Where the Service was entered; at its cluster IP unless given (`--via`, `--ip-family`).'),
    request: z
      .object({
        scheme: z.enum(['http', 'https', 'tcp', 'udp']).describe('How the port was spoken to.'),
        path: z.string().optional().describe('Path and query of the HTTP request.'),
        timeoutMs: milliseconds.describe('Milliseconds after which a request counted as failed.'),
      })
      .describe('What was sent.'),
    maxMs: milliseconds.describe('The longest pause that was allowed, in milliseconds: `--max`.'),
    acceptedError: probability.describe('The accepted probability of a wrong finding: 1 − `--confidence`.'),
  })
  .describe('What was asked.')

export const finding = z
  .object({
    outcome: z
      .enum(['timed', 'held', 'not-held', 'inexact'])
      .describe(
        'timed: clients are kept up to a time and no longer. held: as long as was waited for. not-held: not even for the shortest pause. inexact: they are let go at no single time.',
      ),
    fromMs: milliseconds.describe('The timer ends after this, in milliseconds: held in trials up to it.'),
    toMs: milliseconds
      .optional()
      .describe(
        'The timer ends before this, in milliseconds: moved in trials from it on; absent when no client ever was.',
      ),
    kind: z
      .enum(['idle', 'absolute'])
      .optional()
      .describe(
        'idle: each new connection starts the time again. absolute: it runs from the connection that picked the pod. Absent where either is possible.',
      ),
    clock: z
      .enum(['exact', 'whole-seconds'])
      .optional()
      .describe(
        'exact: all clients are let go at one time between the two. whole-seconds: each at a moment of its own within a second. Absent where either is possible.',
      ),
    idleProbability: probability.describe('How probable an idle timer is.'),
  })
  .describe('What was found; absent when no trial says anything.')

const verdict = z
  .object({
    result: z
      .enum(['as-expected', 'differs', 'inconclusive'])
      .describe('Compared with what is configured; the exit code is 0, 3 or 4.'),
    reason: z
      .enum([
        'no-trials',
        'one-endpoint',
        'one-client',
        'backends-not-told-apart',
        'too-few-trials',
        'no-single-time',
        'interrupted',
      ])
      .optional()
      .describe('Why the measurement cannot tell.'),
    expected: z
      .object({
        fromMs: milliseconds.describe('Not earlier, in milliseconds.'),
        toMs: milliseconds.describe('Not later, in milliseconds.'),
        proxy: z.string().optional().describe('The Service proxy whose clock that is; absent if unknown.'),
      })
      .optional()
      .describe('When clients are let go if all is as configured. Absent without affinity.'),
    message: z.string().describe('The verdict in one sentence for people; its wording may change.'),
  })
  .describe('How that compares with what is configured.')

export const trial = z
  .object({
    round: count.describe('The round that it belongs to, 1 for the first.'),
    client: count.describe('The client in that round.'),
    pauseMs: milliseconds.describe('Milliseconds between two connections of the client.'),
    ageMs: milliseconds
      .optional()
      .describe('With an absolute timer: milliseconds since the connection that picked the pod.'),
    same: z.boolean().describe('Whether the second reached the same pod.'),
  })
  .describe('A pause of one client.')

export const status = z
  .object({
    verdict,
    finding: finding.optional(),
    rounds: z
      .array(
        z.object({
          purpose: z
            .enum(['configured', 'hold', 'search', 'confirm'])
            .describe(
              'configured: tries what is configured. hold: waits as long as it may. search: looks for the time. confirm: makes sure, and tells the kind.',
            ),
          clients: count.describe('Client pods, each with an address of its own.'),
          longestMs: milliseconds.describe('The longest pause, in milliseconds.'),
        }),
      )
      .describe('The Jobs, one after the other.'),
    trials: z.array(trial).describe('All trials that count.'),
    discarded: z
      .object({
        failed: count.describe('Requests without an answer.'),
        unrecognised: count.describe('Answers that could not be assigned to a pod.'),
        endpointGone: count.describe('Moves because the pod was gone.'),
      })
      .describe('What does not count; what a client saw after a failure is left out too.'),
    endpoints,
    recognition,
    clients: z
      .object({
        image: z.string().describe('The image of the client pods.'),
        nodes: z.array(z.string()).describe('The nodes that they ran on.'),
      })
      .describe('Where the requests came from.'),
    notes: z.array(z.string()).describe('Sentences worth reading that change nothing in the verdict.'),
    totalMs: milliseconds.describe('Milliseconds from start to verdict.'),
  })
  .describe('What was found.')

export const timeoutReport = z
  .object({
    apiVersion: z.literal('affinity.kubectl.dev/v1').describe('The version of this format.'),
    kind: z.literal('TimeoutReport').describe('The kind of report.'),
    metadata: z
      .object({
        name: z.string().describe('The run id, as in the label of the first Job; empty when there was none.'),
        namespace: z.string().describe('The namespace of the Service and of the clients.'),
        creationTimestamp: z.string().describe('When the measurement was started, RFC 3339.'),
      })
      .describe('Which measurement this is.'),
    spec,
    status,
  })
  .describe('The result of one `kubectl affinity probe --measure-timeout`.')

export type TimeoutReport = z.infer<typeof timeoutReport>
