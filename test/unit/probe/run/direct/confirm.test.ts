import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import { Recogniser } from '../../../../../src/probe/count/recognise.ts'
import { askThroughApi, podsToAsk, whoseNames } from '../../../../../src/probe/run/direct/confirm.ts'
import { pod } from '../../endpoints.ts'

const endpoints = [pod('web-0', 1), pod('web-1', 2), pod('web-2', 3)]

interface Said {
  status?: number
  headers?: [string, string][]
  body?: string
}

/** Pods that answer so when they are asked directly; where it is undefined they do not. */
async function confirm(named: readonly string[], says: (own: string) => Said | undefined): Promise<string> {
  const cluster = {
    answer: (url: string) => {
      const {
        status = 200,
        headers = [],
        body = '',
      } = says(/pods\/(?<own>[\w-]+)/.exec(url)!.groups!['own']!) ?? {}
      return headers.length + body.length === 0
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve({ status, headers, body })
    },
  } as unknown as Cluster
  const owners = new Set(named.map((name) => `pod ${name}`))
  const said = await askThroughApi(
    cluster,
    podsToAsk(owners, endpoints),
    endpoints,
    { namespace: 'shop', scheme: 'http', path: '/', rule: { kind: 'auto' } },
    new AbortController().signal,
  )
  return whoseNames(owners, said, new Recogniser({ kind: 'auto' }, endpoints))
}

/** Each pod says its own name when it is asked for the first time, and that of web-2 afterwards. */
function inTurns(): (own: string) => Said {
  const asked = new Set<string>()
  return (own) => {
    const isFirst = !asked.has(own)
    asked.add(own)
    return { body: isFirst ? own : 'web-2' }
  }
}

describe('names in answers', () => {
  test.each<[string, string[], (own: string) => Said | undefined, string]>([
    ['its own', ['web-1'], (own) => ({ body: own }), 'own'],
    ['a leader', ['web-0'], () => ({ body: 'leader web-0' }), 'shared'],
    ['a leader in a header', ['web-0'], () => ({ headers: [['x-leader', 'web-0']], body: 'ok' }), 'shared'],
    ['a leader and its own', ['web-0'], (own) => ({ body: `leader web-0, served by ${own}` }), 'own'],
    [
      'all in the body, its own in a header',
      ['web-0'],
      (own) => ({ headers: [['server', own]], body: 'web-0 web-1 web-2' }),
      'own',
    ],
    [
      'a leader, in a redirect',
      ['web-0'],
      () => ({ status: 302, headers: [['location', 'http://web-0/']] }),
      'shared',
    ],
    ['its own, in a failure', ['web-0'], (own) => ({ status: 404, body: own }), 'own'],
    ['no name, and no refusal', ['web-0'], () => ({ body: 'hello' }), 'own'],
    ['a refusal', ['web-0'], () => ({ status: 404, body: 'no such host' }), 'unknown'],
    ['a gateway’s failure', ['web-0'], (own) => ({ status: 502, body: `${own} is away` }), 'unknown'],
    ['one leader after another', ['web-0', 'web-1'], () => ({ body: 'primary web-2' }), 'shared'],
    [
      'the next one',
      ['web-0', 'web-1', 'web-2'],
      (own) => ({ body: `web-${(+own.at(-1)! + 1) % 3}` }),
      'shared',
    ],
    ['each its own', ['web-0', 'web-1'], (own) => ({ body: own }), 'own'],
    ['its own at first, and then anybody’s', ['web-0', 'web-1'], inTurns(), 'shared'],
    ['nobody, though several were named', ['web-0', 'web-1'], () => ({ body: 'hello' }), 'unknown'],
    ['no answer', ['web-0'], () => undefined, 'unknown'],
    ['one of two answers', ['web-0'], (own) => (own === 'web-2' ? { body: 'web-0' } : undefined), 'shared'],
  ])('%s', async (_, named, says, found) => {
    expect(await confirm(named, says)).toBe(found)
  })
})
