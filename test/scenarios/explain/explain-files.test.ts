import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/folder.ts'
import { run } from '../support/command.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** The manifest that circulates, with its two mistakes. */
const manifest = `apiVersion: v1
kind: Service
metadata:
  name: sample-session-affinity
spec:
  type: LoadBalancer
  ports:
  - name: "http-port"
    port: 8080
    targetPort: 80
    portocol: TCP
    nodePort: 30084
  selector:
    app: sample-app
  sessionAffinity: ClusterIP
  sessionAffinityConfig:
    clientIP:
      timeoutSeconds: 10
`

describeOnce('explain of files', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'sample-session-affinity.yaml')
  writeFileSync(file, manifest)
  // Neither a kubeconfig nor a server: nothing may be asked.
  const env = { KUBECONFIG: '/nonexistent' }

  test('names both mistakes with their place and the right spelling', async () => {
    const { code, stdout, stderr } = await run(site, ['explain', '-f', file], { env })
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    expect(lines.filter((line) => line.startsWith(file)).slice(0, 2)).toEqual([
      `${file}:11:5   error    AFF-FILE-UNKNOWN-FIELD  "portocol": did you mean "protocol"?`,
      `${file}:15:20  error    AFF-SVC-BAD-VALUE       sessionAffinity "ClusterIP": must be "ClientIP" or "None"; did you mean "ClientIP"?`,
    ])
    expect(lines.filter((line) => line.startsWith('    mend')).slice(0, 2)).toEqual([
      '    mend  write "protocol"',
      expect.stringContaining('ClientIP'),
    ])
  })

  test('reads standard input and folders, and fails a pipeline on demand', async () => {
    const piped = await run(site, ['explain', '-f', '-', '--fail-on', 'error', '-o', 'junit'], {
      env,
      input: manifest,
    })
    expect(piped.code).toBe(3)
    expect(piped.stdout).toContain(
      'message="-:11:5: &quot;portocol&quot;: did you mean &quot;protocol&quot;?"',
    )
    const read = await run(site, ['explain', '-f', folder, '-R', '--findings-only', '--level', 'error'], {
      env,
    })
    expect(read.stdout.match(/AFF-[A-Z-]+/g)).toEqual(['AFF-FILE-UNKNOWN-FIELD', 'AFF-SVC-BAD-VALUE'])
    const missing = await run(site, ['explain', '-f', join(folder, 'gone.yaml')], { env })
    expect([missing.code, missing.stderr]).toEqual([
      1,
      `error: the path "${join(folder, 'gone.yaml')}" does not exist\n`,
    ])
  })

  test('reads what kustomize makes of a folder, and says so where it is named with -f', async () => {
    const overlay = temporaryFolder()
    writeFileSync(
      join(overlay, 'service.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n',
    )
    writeFileSync(
      join(overlay, 'patch.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {sessionAffinity: clientIP}\n',
    )
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      'resources: [service.yaml]\npatches: [{path: patch.yaml}]\n',
    )
    const made = await run(site, ['explain', '-k', overlay, '--findings-only'], { env })
    expect([made.code, made.stderr]).toEqual([0, ''])
    expect(made.stdout).toMatch(/ \(rendered\):\d+:\d+ +error +AFF-SVC-BAD-VALUE +sessionAffinity "clientIP"/)
    const named = await run(site, ['explain', '-f', overlay], { env })
    expect([named.code, named.stderr]).toEqual([
      1,
      `error: "${overlay}" is a kustomization: its files are parts of objects, and patches\n  explain what comes of it:  kubectl affinity explain -k ${overlay}\n  or:  kubectl kustomize ${overlay} | kubectl affinity explain -f -\n`,
    ])
    const none = await run(site, ['explain', '-k', join(folder, 'gone')], { env })
    expect(none.code).toBe(1)
    expect(none.stderr).toContain(`error: cannot read the kustomization "${join(folder, 'gone')}": `)
  })

  test('the server agrees with what is found, without naming the place', async () => {
    await expect(
      site.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', file]),
    ).rejects.toThrow(/unknown field "spec.ports\[0\].portocol"/)
  })

  test('shows codes and pages without a network', async () => {
    const list = await run(site, ['explain', '--list'], { env })
    const page = await run(site, ['explain', 'AFF-SVC-HEADLESS'], { env })
    expect(list.stdout).toContain('AFF-SVC-HEADLESS')
    expect(page.stdout).toMatch(/^# AFF-SVC-HEADLESS\n/)
    const beside = await run(site, ['explain', '--list', '-f', file], { env })
    expect([beside.code, beside.stderr]).toEqual([2, expect.stringContaining('it goes with no names, -f')])
    const unknown = await run(site, ['explain', 'AFF-SVC-HEADLES'], { env })
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'error: unknown finding code "AFF-SVC-HEADLES"\n  did you mean AFF-SVC-HEADLESS?\n  see all of them:  kubectl affinity explain --list\nSee \'kubectl affinity explain --help\' for usage.\n',
    ])
  })
})
