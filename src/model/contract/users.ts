/** What users are found to have met, with their cookies: the parts of a survey that are about them. */
import { z } from 'zod'
import { count } from './probe.ts'

export const clientIndex = z
  .int()
  .min(-1)
  .describe('Index of a client in `status.clients`; -1 is the user’s machine.')
export const entryIndex = count.describe('Index of an entry in `spec.entries`.')

export const policy = z
  .object({
    kind: z
      .enum(['none', 'client-ip', 'cookie', 'header', 'hash', 'unknown'])
      .describe('On what: `none` is nothing, `unknown` what cannot be seen.'),
    name: z.string().optional().describe('Of the cookie or header.'),
  })
  .describe('What the hop that decides sticks on.')

const refusal = z.enum([
  'domain',
  'secure-over-http',
  'samesite-none',
  'prefix',
  'too-long',
  'overwrites-secure',
])

export const cookie = z
  .object({
    name: z.string().describe('Its name.'),
    set: count.describe('Answers that set it.'),
    values: count.describe('Different values that it was given.'),
    sent: count.describe('Requests that sent it back.'),
    ended: count.optional().describe('Requests that did not send it any more, as its life was over.'),
    deleted: count
      .optional()
      .describe('Requests that did not send it any more, as the answer before had deleted it.'),
    setTwice: count.optional().describe('Answers that gave it two values at once.'),
    sentTwice: count.optional().describe('Requests that sent two of this name.'),
    setByCache: count.optional().describe('Answers of a cache that gave it: to everybody the same.'),
    brought: count
      .optional()
      .describe('Requests that sent it as it had been given elsewhere, before this place gave it.'),
    renewed: count
      .optional()
      .describe('Answers of the pod as before that gave it another value though it was sent.'),
    renewedElsewhere: count.optional().describe('The same, from another pod than the answer before.'),
    renewedSomewhere: count.optional().describe('The same, from a pod that is not known.'),
    shown: z
      .array(z.string())
      .optional()
      .describe('With --show-cookies: its first values, where a proxy makes it.'),
    disagreed: count.describe('Answers from another pod than the one that it names.'),
    unconfirmed: count.optional().describe('Answers that do not say whether they came from that pod.'),
    maker: z.string().optional().describe('Who makes such cookies, where its name or its value tells.'),
    names: z.string().optional().describe('The pod that it named last, where that can be computed.'),
    first: z
      .object({
        length: count.describe('Characters of the value.'),
        form: z
          .enum(['quoted-hash', 'address', 'ring-key', 'two-md5', 'md5', 'sha256', 'hex16', 'other'])
          .describe('What the value looks like.'),
        names: z.string().optional().describe('The address that the value holds in clear.'),
        domain: z.string().optional().describe('`Domain`.'),
        path: z.string().optional().describe('`Path`.'),
        lifetimeSeconds: z.number().optional().describe('From the answer on; absent for a session cookie.'),
        secure: z.boolean().optional().describe('`Secure`.'),
        httpOnly: z.boolean().optional().describe('`HttpOnly`.'),
        sameSite: z.string().optional().describe('`SameSite`.'),
        refused: refusal.optional().describe('Why browsers do not take it.'),
      })
      .describe('As it was set first.'),
  })
  .describe(
    'A cookie as a session met it. Its value is told with --show-cookies only, and never that of an application.',
  )

const behaviour = z.enum(['sticky', 'spread', 'broken', 'inconclusive'])
const names = z.array(z.string()).describe('Names of cookies.')

export const users = z
  .object({
    entry: z.int().min(0).describe('Index of an entry in `spec.entries`.'),
    expected: z.enum(['sticky', 'spread']).describe('What it is compared with.'),
    result: z.enum(['as-expected', 'differs', 'inconclusive']).describe('The comparison.'),
    users: z
      .object({
        sticky: count.describe('Users who stayed.'),
        spread: count.describe('Users who were spread.'),
        broken: count.describe('Users who did neither.'),
        inconclusive: count.describe('Users of whom nothing can be told.'),
      })
      .describe('How those behaved who keep cookies.'),
    control: behaviour.optional().describe('How requests behaved that keep nothing.'),
    between: z
      .object({
        services: names.describe('Those between which users changed.'),
        changes: count.describe('Changes from a pod of one to a pod of another.'),
        of: count.describe('All changes of pod.'),
      })
      .optional()
      .describe('Where requests are shared out to several Services, and users changed between them.'),
    cause: z
      .discriminatedUnion('kind', [
        z.object({
          kind: z.literal('cookie').describe('These hold, as the same requests without them do not stay.'),
          cookies: names,
        }),
        z.object({
          kind: z.literal('header').describe('It holds, as the same requests without it do not stay.'),
          header: z.string().describe('The header in which users say who they are.'),
        }),
        z.object({
          kind: z.literal('header-ignored').describe('It is sent, and the pod changes all the same.'),
          header: z.string().describe('The header in which users say who they are.'),
        }),
        z.object({ kind: z.literal('something-else').describe('Requests that keep nothing stay, too.') }),
        z.object({
          kind: z
            .literal('configured')
            .describe(
              'Requests that keep nothing are to stay, too, by what is configured: a hash, or the client IP.',
            ),
        }),
        z.object({ kind: z.literal('unproven').describe('What holds the users is not shown.') }),
        z.object({
          kind: z.literal('no-cookie').describe('The cookie did not come.'),
          expected: z.string().optional().describe('The one that is configured.'),
          others: names,
        }),
        z.object({
          kind: z.literal('never-sent').describe('A browser never sends it back.'),
          cookie: z.string().describe('Its name.'),
          why: z
            .enum([...refusal.options, 'path', 'expired', 'deleted', 'unknown'])
            .describe('What keeps it back.'),
          path: z.string().optional().describe('The path that it is for.'),
        }),
        z.object({
          kind: z.literal('ignored').describe('It is sent back, and the pod changes all the same.'),
          cookies: names,
          anew: z.boolean().describe('Whether it is given another value again and again.'),
          deleted: count.optional().describe('Requests that came without it, as answers had deleted it.'),
        }),
        z.object({
          kind: z.literal('elsewhere').describe('Who came back from elsewhere was given another pod.'),
          moved: count.describe('Users who were.'),
          of: count.describe('Users who came back.'),
          from: entryIndex.describe('The entry that they had been at before.'),
          cookies: names,
        }),
        z.object({ kind: z.literal('none').describe('There is nothing to explain.') }),
      ])
      .describe('Why users stayed, or did not.'),
  })
  .describe('What users with a cookie jar say together, at one entry.')

/** A cookie of an entry. */
const cookieThere = { entry: entryIndex, cookie: z.string().describe('Its name.') }

const points = z.enum(['at-a-pod', 'into-a-hash']).describe('What the value is to who reads it.')

export const stranger = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('another-maker').describe('It has the configured name, and is of another product.'),
      ...cookieThere,
      maker: z.string().describe('Who makes such cookies.'),
      expected: z.string().describe('Who was to make it.'),
    }),
    z.object({
      kind: z.literal('another-proxy').describe('Another proxy on the way makes it.'),
      ...cookieThere,
      maker: z.string().describe('Who makes such cookies.'),
    }),
    z.object({
      kind: z.literal('another-kind').describe('A record where a hash is expected, or the other way round.'),
      ...cookieThere,
      points,
    }),
  ])
  .describe('A cookie that is not what the objects lead one to expect.')

export const forged = z
  .object({
    ...cookieThere,
    reports: z
      .array(
        z
          .object({
            kind: z
              .enum(['unknown', 'named', 'stale', 'expired', 'foreign'])
              .describe('What was sent: a text by chance, or what the proxy or another one would write.'),
            users: count.describe('Users who sent one each.'),
            answers: count.describe('Answers to them.'),
            replaced: count.describe('Answers that gave another cookie of the name.'),
            changed: count.describe('Picks at which the pod changed.'),
            disagreed: count.optional().describe('With `named`: answers of another pod.'),
            outcome: z
              .enum(['kept', 'replaced', 'ignored', 'mixed'])
              .describe('What became of those who sent it.'),
          })
          .describe('One kind of them.'),
      )
      .describe('What became of each kind.'),
    points: points.optional(),
  })
  .describe('With --forge: what cookies that nobody was given became.')

export const dropped = z
  .object({
    cookie: z.string().describe('Its name.'),
    users: count.describe('Users who did not send it and could be judged.'),
    moved: count.describe('Those of them whose pod changed.'),
  })
  .describe('What became of users who left one of several cookies out.')

const seenOf = z
  .object({
    users: count.describe('Users whose pod is known, then and when the cookie was given.'),
    sent: count.describe('Those of them who sent it.'),
    same: count.describe('Those of them whom the same pod answered.'),
    anew: count.describe('Those of them who were given it anew.'),
  })
  .describe('What users of a kind saw.')

export const lifetime = z
  .object({
    ...cookieThere,
    givenSeconds: z
      .int()
      .optional()
      .describe('For how long answers give it; absent: as long as the browser runs.'),
    configuredSeconds: count
      .optional()
      .describe('For how long objects say; 0 is as long as the browser runs.'),
    notWaited: z
      .enum(['no-end', 'has-passed', 'too-long', 'interrupted'])
      .optional()
      .describe('Why its end was not waited for.'),
    maxMs: z.number().describe('The longest that is waited for, in milliseconds.'),
    steps: z
      .array(
        z
          .object({
            ageMs: z.number().describe('Milliseconds since it was given.'),
            browsers: seenOf.describe('Users who forget it at its end, as browsers do.'),
            keepers: seenOf.describe('Users who keep it past its end.'),
          })
          .describe('One moment.'),
      )
      .describe('What was seen, the earliest first.'),
    isRenewed: z.boolean().optional().describe('Whether each answer moves its end on.'),
    endedBy: z
      .enum(['browser', 'server'])
      .optional()
      .describe('Whether only the browser ends it, or whoever reads it as well.'),
    result: z.enum(['as-expected', 'differs', 'inconclusive']).describe('Whether its end is as configured.'),
  })
  .describe('With --measure-timeout: how long the cookie lives that keeps users.')

export const crossing = z
  .object({
    from: entryIndex.describe('The entry where they were before.'),
    to: entryIndex.describe('The entry where they came.'),
    isReturn: z.boolean().describe('Whether they had been there and were elsewhere in between.'),
    isReplica: z.boolean().optional().describe('Whether both are replicas of one gateway.'),
    users: count.describe('Users whose pod is known at both, and who were held all the while.'),
    ended: count.optional().describe('Further users, the life of whose cookie was over in between.'),
    same: count.describe('Those of them whose first answer there came from the pod that they had.'),
    cookies: names.describe('Cookies that were given elsewhere and that they sent there.'),
  })
  .describe('What users found who took their cookies from one place to another.')

export const breaks = z
  .object({
    at: z
      .enum(['browser', 'in-front', 'replicas', 'gateway', 'service', 'pods'])
      .optional()
      .describe(
        'The hop that breaks; in-front: whoever gives a cookie without which users stay; absent where what was seen does not tell.',
      ),
    checked: z
      .array(
        z
          .object({
            stage: z.enum(['gateway', 'replicas', 'service', 'pods']).describe('Who was asked.'),
            picks: count.describe('Picks that were compared.'),
            changed: count.describe('Those of them that changed the pod.'),
          })
          .describe('A part of the way, asked by itself.'),
      )
      .describe('What was asked to find that out.'),
    suspects: z
      .array(
        z
          .object({
            code: z.string().describe('The code of `explain`.'),
            message: z.string().describe('What it says.'),
          })
          .describe('A finding about what was probed.'),
      )
      .describe('Why it may be so.'),
  })
  .describe(
    'Where the way breaks, where users moved who should have stayed; with nothing in `checked` what may hold those who stayed, as the cookie does not.',
  )
