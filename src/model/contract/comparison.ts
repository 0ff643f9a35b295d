/**
 * The JSON contract of `probe -o json` with --what-if, --compare and --echo. Only the types reach the program.
 *
 * Within v1 fields are added, never removed, renamed or given another meaning.
 */
import { z } from 'zod'
import { probeReport } from './probe.ts'
import { surveyReport } from './survey.ts'

const run = z.object({
  title: z.string().describe('What tells it from the other one.'),
  report: z.union([probeReport, surveyReport]).describe('What `probe` alone would report.'),
})

export const probeComparisonReport = z
  .object({
    apiVersion: z.literal('affinity.kubectl.dev/v1').describe('The version of this format.'),
    kind: z.literal('ProbeComparison').describe('Two probes side by side.'),
    metadata: z
      .object({
        name: z.string().describe('The run id of the first probe.'),
        namespace: z.string().describe('The namespace of both.'),
        creationTimestamp: z.string().describe('RFC 3339.'),
      })
      .describe('Which run this is.'),
    spec: z
      .object({
        comparison: z
          .enum(['what-if', 'compare', 'echo'])
          .describe('A Service and its shadow, two Services, or a Service and echo pods in its place.'),
        change: z.string().optional().describe('What the shadow has differently, as given to --what-if.'),
      })
      .describe('What was asked.'),
    status: z
      .object({
        result: z
          .enum(['as-expected', 'differs', 'inconclusive'])
          .describe('What the exit code says: 0, 3 or 4. With echo it is that of the echo pods alone.'),
        conclusion: z
          .enum([
            'same',
            'different',
            'unclear',
            'both-fine',
            'application',
            'application-unclear',
            'cluster',
            'echo-only',
          ])
          .describe('What the two say together.'),
        message: z.string().describe('The same in a sentence.'),
        differences: z
          .array(z.enum(['affinity', 'behaviour', 'backends', 'switches', 'failures', 'latency']))
          .describe('In what the two differ by more than chance.'),
        notes: z.array(z.string()).describe('In what a temporary Service differs beyond the change.'),
        runs: z.tuple([run, run]).describe('Both reports; those who answered in both have the same letter.'),
      })
      .describe('What was found.'),
  })
  .describe('Two probes side by side.')

export type ProbeComparisonReport = z.infer<typeof probeComparisonReport>
