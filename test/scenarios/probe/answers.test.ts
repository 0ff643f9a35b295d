import { beforeAll, describe, expect, test } from 'vitest'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { site } from '../support/site.ts'

describe(`what backends answer a probe on ${site.name}`, () => {
  const place = usePlayground()
  const { probe } = place

  beforeAll(async () => {
    await place.deploy(app(site, 'web'), service('web'))
  })

  describe('how a backend is recognised', () => {
    test('by the name in the answer', async () => {
      expect(
        reportOf(await probe(['web', '--path', '/whoami', '-o', 'json'])).status.recognition,
      ).toMatchObject({
        by: 'pod-name',
        source: 'body',
      })
    })

    for (const rule of ['json:.server.id', 'header:X-Served-By', 'regex:"id":"(nick-[a-z0-9]+)"']) {
      test(`by --identify ${rule}`, async () => {
        const ended = await probe(['web', '--path', '/nickname', '--identify', rule, '-o', 'json'])
        expectExit(ended, 0)
        const { status } = reportOf(ended)
        expect(status.recognition).toMatchObject({ by: 'rule', source: 'rule' })
        expect(status.backends.map(({ name }) => name).join(' ')).toMatch(/^nick-\w+ nick-\w+ nick-\w+$/)
      })
    }

    test('by anonymous answers that differ, and the report says so', async () => {
      const anonymous = ['web', '--path', '/anonymous', '--identify', 'anonymous']
      const ended = await probe(anonymous)
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/SPREAD/)
      const { status } = reportOf(await probe([...anonymous, '-o', 'json']))
      expect(status.recognition.by).toBe('anonymous')
      expect(status.backends).toHaveLength(3)
    })

    test('not at all by the same answer everywhere: inconclusive, with advice', async () => {
      const ended = await probe(['web', '--path', '/static', '--identify', 'anonymous'])
      expectExit(ended, 4)
      expect(ended.stdout).toMatch(/INCONCLUSIVE/i)
      expect(ended.stdout).toContain('--path')
      expect(ended.stdout).toContain('--identify')
    })
  })

  describe('applications that answer badly', () => {
    test('errors that name the pod are answers', async () => {
      const ended = await probe(['web', '--path', '/error', '-o', 'json'])
      expectExit(ended, 0)
      const { status } = reportOf(ended)
      expect(status.verdict.behaviour).toBe('spread')
      for (const backend of status.backends) expect(backend.statuses).toStrictEqual({ 500: backend.hits })
      expect((await probe(['web', '--path', '/error'])).stdout).toMatch(/500/)
    })

    test('errors that name nobody are inconclusive', async () => {
      const ended = await probe(['web', '--path', '/error-bare', '--identify', 'anonymous'])
      expectExit(ended, 4)
      expect(ended.stdout).toMatch(/503/)
    })

    test('a body without an end is read as far as needed', async () => {
      const ended = await probe(['web', '--path', '/endless', '--requests', '40', '-o', 'json'])
      expect(reportOf(ended).status.recognition.by).toBe('pod-name')
    })

    test('a slow drip times out', async () => {
      const ended = await probe([
        'web',
        '--path',
        '/drip',
        '--requests',
        '5',
        '--timeout',
        '500ms',
        '-o',
        'json',
      ])
      expectExit(ended, 4)
      expect(reportOf(ended).status.outcomes['timeout']).toBe(5)
    })

    test('control characters reach no terminal', async () => {
      const ended = await probe(['web', '--path', '/control', '-o', 'wide'])
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(ended.stdout + ended.stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F\u202E]/)
    })

    test('broken HTTP and reset connections are failures with words', async () => {
      const broken = await probe(['web', '--path', '/broken', '--requests', '5', '--scheme', 'http'])
      expectExit(broken, 4)
      expect(broken.stdout).toMatch(/broken answers/)
      const reset = await probe(['web', '--path', '/reset', '--requests', '5', '--scheme', 'http'])
      expectExit(reset, 4)
      expect(reset.stdout).toMatch(/reset/)
    })
  })
})
