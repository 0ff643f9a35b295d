import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/folder.ts'
import { app, certificateFor, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('a Service that speaks HTTPS', () => {
  const place = usePlayground()
  const { authority, ...certificate } = certificateFor('secure', place.name)
  const folder = temporaryFolder()

  beforeAll(async () => {
    writeFileSync(join(folder, 'ca.pem'), authority)
    writeFileSync(join(folder, 'other.pem'), certificateFor('other', place.name).authority)
    await place.deploy(
      app(site, 'secure', { certificate }),
      service('secure', { ports: [{ name: 'https', port: 443, targetPort: 8443 }] }),
      service('nameless', { of: 'secure', ports: [{ port: 8443 }] }),
    )
  })

  test('without trust there is no answer, and the report says what to do', async () => {
    const ended = await place.probe(['secure', '--requests', '5'])
    expectExit(ended, 4)
    expect(ended.stdout).toMatch(/--insecure/)
    expect(ended.stdout).toMatch(/--ca/)
  })

  test('--insecure is answered over https', async () => {
    const ended = await place.probe(['secure', '--insecure', '-o', 'json'])
    expectExit(ended, 0)
    expect(reportOf(ended).spec.request.scheme).toBe('https')
  })

  test('--ca of its authority is answered', async () => {
    const ended = await place.probe(['secure', '--ca', join(folder, 'ca.pem'), '-o', 'json'])
    expectExit(ended, 0)
    expect(reportOf(ended).status.verdict.behaviour).toBe('spread')
  })

  test('--ca of somebody else makes every request fail over TLS', async () => {
    const ended = await place.probe([
      'secure',
      '--ca',
      join(folder, 'other.pem'),
      '--requests',
      '5',
      '-o',
      'json',
    ])
    expectExit(ended, 4)
    expect(reportOf(ended).status.outcomes['tls']).toBe(5)
  })

  test('a port whose name does not say so is found to speak TLS', async () => {
    const ended = await place.probe(['nameless', '--insecure', '-o', 'json'])
    expectExit(ended, 0)
    expect(reportOf(ended).spec.request.scheme).toBe('https')
  })
})
