/**
 * The JSON contract of `explain -o json`. Only the types reach the program (`import type`): the schema is for the
 * tests and for docs/schema, and its library stays out of the executable.
 *
 * Within v1 fields are added, never removed, renamed or given another meaning.
 */
import { z } from 'zod'

const count = z.int().nonnegative()
const code = z.string().describe('A finding code; `kubectl affinity explain --list` shows them all.')

const object = z
  .object({
    kind: z.string().describe('The object’s kind.'),
    group: z.string().optional().describe('Its API group; absent for the core group.'),
    namespace: z.string().optional().describe('Its namespace; absent for objects without one.'),
    name: z.string().describe('Its name.'),
  })
  .describe('An object.')

const finding = z
  .object({
    code,
    level: z.enum(['error', 'warning', 'info']).describe('How bad it is.'),
    objects: z.array(object).describe('What it is about, the most important first.'),
    message: z.string().describe('What is so, for people; its wording may change.'),
    why: z.string().describe('Why it matters, for people.'),
    mend: z.array(z.string()).describe('Commands or edits that mend it, the best first.'),
    link: z.string().describe('The page of the code.'),
    position: z
      .object({
        file: z.string().describe('The file as it was named; `-` is standard input.'),
        line: z.int().positive().describe('The line, from 1.'),
        column: z.int().positive().describe('The column, from 1.'),
      })
      .optional()
      .describe('Where it stands, for objects from files.'),
  })
  .describe('A coded statement.')

const policy = z
  .object({
    kind: z
      .enum(['none', 'client-ip', 'cookie', 'header', 'hash', 'unknown'])
      .describe('What it sticks on; `unknown` where objects do not tell.'),
    timeoutSeconds: z.int().optional().describe('With client-ip: the time.'),
    timer: z
      .enum(['idle', 'absolute'])
      .optional()
      .describe('With client-ip: from when it counts, where that is known.'),
    path: z.string().optional().describe('With cookie: its path.'),
    ttlSeconds: z
      .int()
      .optional()
      .describe('With cookie: how long it lasts; absent for as long as the browser.'),
    secure: z.boolean().optional().describe('With cookie: it is sent back by HTTPS only.'),
    domain: z.string().optional().describe('With cookie: its domain, where it has one.'),
    sameSite: z.string().optional().describe('With cookie: its SameSite, where it has one.'),
    madeBy: z.enum(['proxy', 'application']).optional().describe('With cookie: who sets it.'),
    points: z
      .enum(['at-a-pod', 'into-a-hash'])
      .optional()
      .describe('With cookie and header: what it leads to.'),
    why: z.string().optional().describe('With unknown: why.'),
    name: z.string().optional().describe('With cookie and header: its name, where it is set.'),
    of: z.string().optional().describe('With hash: what is hashed.'),
    neverSent: z
      .string()
      .optional()
      .describe('With cookie: why no browser sends it back, so that it keeps nobody.'),
    refused: z
      .string()
      .optional()
      .describe('With cookie: why browsers do not take it from this host, so that it keeps nobody.'),
  })
  .describe('What a hop sticks on.')

const hop = z
  .object({
    kind: z
      .enum(['dns', 'load-balancer', 'gateway', 'ingress', 'mesh', 'proxy'])
      .describe('What kind of stage it is.'),
    mechanism: z.string().describe('Who implements it, for people.'),
    configuredBy: z.array(object).describe('The objects that configure it, the most important first.'),
    policy,
    among: policy
      .optional()
      .describe('What keeps clients on one of several Services, where that is picked before the pod.'),
    role: z
      .enum(['decides', 'picks', 'no-effect', 'unknown'])
      .describe(
        'decides: picks the pod. picks: picks something before that. no-effect: is configured in vain. unknown: where it sends connections cannot be seen.',
      ),
    arrival: z
      .enum(['object', 'cluster-ip', 'node-port', 'pods', 'unknown'])
      .describe(
        'How it meets what comes next: past a Service to its pods, at its cluster IP or node ports, or by the rules of another object.',
      ),
    perNode: z.boolean().optional().describe('It remembers clients on each node by itself.'),
    note: z.string().optional().describe('What is special here, for people.'),
  })
  .describe('One stage on the way to the pods.')

const gap = {
  what: z.string().describe('What would have to be known.'),
  reason: z
    .enum(['forbidden', 'not-in-files', 'failed', 'not-asked', 'not-known'])
    .describe('Why it is not.'),
  detail: z.string().optional().describe('The API server’s own words.'),
}

const status = z
  .object({
    message: z.string().describe('What clients stick on, in a sentence for people; its wording may change.'),
    proxy: z
      .object({
        name: z.string().describe('The Service proxy, for people.'),
        timer: z.enum(['idle', 'absolute', 'unknown']).describe('From when the timeout counts.'),
        client: z.enum(['address', 'network-namespace']).describe('What counts as one client for pods.'),
        leastSeconds: z.int().optional().describe('Shorter timeouts last this long.'),
        clock: z
          .object({
            earlyMs: count.describe('So much earlier than configured, in milliseconds.'),
            lateMs: count.describe('So much later.'),
          })
          .optional()
          .describe(
            'How far from its time a timeout may end; absent where it ends exactly then, or is not known.',
          ),
      })
      .optional()
      .describe('Of a Service: what affinity means on this cluster’s proxy; absent where that is not known.'),
    entries: z
      .array(
        z
          .object({
            kind: z
              .enum(['cluster-ip', 'node-port', 'load-balancer', 'external-ip', 'dns', 'host', 'mesh'])
              .describe('What kind of entry it is.'),
            from: z
              .enum(['inside', 'outside'])
              .describe('Who enters there: pods, or clients outside the cluster.'),
            address: z.string().describe('What a client connects to.'),
            host: z.string().optional().describe('With host and mesh: `*` for any.'),
            path: z.string().optional().describe('With host and mesh: the path, where there is one.'),
            when: z
              .string()
              .optional()
              .describe('With host and mesh: what a request has to be like beside these, for people.'),
            of: object.describe('The object that opens it.'),
            end: z
              .enum(['pods', 'elsewhere', 'unknown'])
              .describe('Where the way ends; unknown where that cannot be seen.'),
            share: z.number().optional().describe('The part of the requests that goes this way, by weights.'),
            hops: z.array(hop).describe('The stages from there to the pods.'),
          })
          .describe('Where clients enter.'),
      )
      .describe('Every way to the pods.'),
    endpoints: z
      .object({
        ready: count.describe('Endpoints that are ready.'),
        total: count.describe('All endpoints.'),
        nodes: count.describe('Nodes with a ready endpoint.'),
        besidesSelected: z
          .literal(true)
          .optional()
          .describe('These stand in files, and a cluster adds the pods that the selector matches.'),
      })
      .optional()
      .describe('Of a Service: the end of the way; absent where endpoints could not be read.'),
    outside: z
      .array(
        z
          .object({
            address: z.string().describe('Its address.'),
            port: count.describe('The port that is connected to.'),
            ready: z.boolean().describe('Whether it gets connections.'),
            origin: z
              .string()
              .optional()
              .describe('Where the address was read; for those of `kubectl affinity external`.'),
          })
          .describe('An endpoint that is no pod of this cluster.'),
      )
      .optional()
      .describe('The endpoints of a Service without selector; absent where there are none.'),
    findings: z.array(finding).describe('What was found, the worst first.'),
    passed: z.array(code).describe('Codes that were looked for and not found.'),
    doesNotApply: z
      .array(code)
      .describe('Codes that say nothing about such a target: there was nothing to look at.'),
    notPossible: z
      .array(
        z
          .object({ codes: z.array(code).describe('Codes that could not be looked for.'), ...gap })
          .describe('A gap in what was looked for.'),
      )
      .describe('What could not be looked for, by the first thing that would have to be known.'),
    unknown: z
      .array(z.object(gap).describe('A gap.'))
      .describe('All that should have been read and could not be; entries may be missing because of it.'),
  })
  .describe('What was found.')

export const explainReport = z
  .object({
    apiVersion: z.literal('affinity.kubectl.dev/v1').describe('The version of this format.'),
    kind: z.literal('ExplainReport').describe('The kind of report.'),
    metadata: z
      .object({
        name: z.string().describe('The target’s name.'),
        namespace: z.string().describe('The target’s namespace.'),
      })
      .describe('Which object it is about.'),
    spec: z
      .object({
        target: z
          .object({
            kind: z.string().describe('The kind in one word: `service`, `ingress`.'),
            namespace: z.string().describe('Its namespace.'),
            name: z.string().describe('Its name.'),
          })
          .describe('What was asked about.'),
        policies: z
          .array(
            z
              .object({ object: object.describe('The object that configures it.'), policy })
              .describe('What one object wants clients to stick on.'),
          )
          .describe('What is configured: by the target itself first, then by what stands in front of it.'),
      })
      .describe('What was asked about, and what is configured for it.'),
    status,
  })
  .describe('What `kubectl affinity explain` says about one target.')

export const explainReportList = z
  .object({
    apiVersion: z.literal('affinity.kubectl.dev/v1').describe('The version of this format.'),
    kind: z.literal('ExplainReportList').describe('The kind of report.'),
    items: z.array(explainReport).describe('One report for each target.'),
    findings: z
      .array(finding)
      .describe(
        'Findings about the files. What is said here of an object is not said again in its report, which has that code in none of its lists.',
      ),
  })
  .describe('What `kubectl affinity explain` says about several targets, or files.')

export type ExplainReport = z.infer<typeof explainReport>
