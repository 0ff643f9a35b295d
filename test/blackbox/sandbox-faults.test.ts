import { describe, expect, test } from 'vitest'
import { ask, enable, inSandbox, service } from './support/sandbox.ts'

// Side by side: they wait for what happens.
describe.concurrent('a sandbox with faults', () => {
  test('ignore-affinity: a Service that does not do what it says', async () => {
    const ended = await inSandbox(['--fault', 'ignore-affinity'], `${enable} && ${ask}`)
    expect(ended.code).toBe(3)
    expect(ended.stdout).toMatch(/NOT STICKY/)
  })

  test('forget-clients: a break in the middle', async () => {
    const script = `${enable} >&2; ${ask} --duration 4s -o json`
    // Several while it runs, whenever that is on a busy machine: a client may be sent to the same pod again.
    const times = Array.from({ length: 30 }, (_, index) => 1 + index / 2)
    const faults = times.flatMap((at) => ['--fault', `forget-clients@${at}`])
    const ended = await inSandbox(faults, script)
    expect(JSON.parse(ended.stdout).status.verdict.switches).toBeGreaterThan(0)
    expect(ended.code).toBe(3)
  })

  test('a machine that stands still for longer than the timeout: affinity may have ended', async () => {
    const still = `sleep 1.5; kill -STOP $PPID; sleep 2.6; kill -CONT $PPID`
    const script = `$affinity enable ${service} --timeout 2s >&2; ${ask} --duration 9s -o json & ${still}; ${still}; wait $!`
    const ended = await inSandbox([], script)
    const { verdict } = JSON.parse(ended.stdout).status
    expect(verdict.result, ended.stdout).not.toBe('differs')
    expect(verdict.switches).toBe(verdict.explainedSwitches)
  })

  test('api-disconnect: no observation is lost', async () => {
    const ended = await inSandbox(['--fault', 'api-disconnect@4s:2s'], `${ask} --duration 8s -o json`)
    expect(ended.code, ended.stderr).toBe(0)
    expect(JSON.parse(ended.stdout).status.totals.lost).toBe(0)
    expect(ended.stderr).toMatch(/connected again/)
  })

  for (const fault of ['429', 'watch-expired@1s']) {
    test(`${fault}: asked again`, async () => {
      const ended = await inSandbox(['--fault', fault], `${ask} --duration 2s`)
      expect(ended.code, ended.stderr).toBe(0)
    })
  }

  test('slow-api: all the same, but not for those who do not wait', async () => {
    const impatient = `$affinity explain ${service} --request-timeout 500ms`
    const ended = await inSandbox(['--fault', 'slow-api'], `${ask}; ${impatient}`)
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/SPREAD as configured/)
    expect(ended.stdout).not.toMatch(/no findings/)
    expect(ended.stderr).toMatch(/did not answer in 0\.5 seconds \(--request-timeout\)/)
  })

  test('conflict: read and judged again', async () => {
    const ended = await inSandbox(['--fault', 'conflict'], `${enable} && $affinity disable ${service}`)
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/None → ClientIP[\s\S]*ClientIP → None/)
    expect(ended.stderr).not.toMatch(/modified/)
  })

  test('log-truncate: what is lost while the connection is, too, is told and counted', async () => {
    const faults = ['--fault', 'log-truncate', '--fault', 'api-disconnect@3s:2s']
    const ended = await inSandbox(faults, `${ask} --duration 7s -o json`)
    expect(ended.code).toBe(0)
    const { status } = JSON.parse(ended.stdout) as {
      status: { totals: { requests: number; lost: number }; verdict: { behaviour: string }; notes: string[] }
    }
    expect(status.totals.lost).toBeGreaterThan(20)
    expect(status.totals.requests).toBeGreaterThan(50)
    expect(status.verdict.behaviour).toBe('spread')
    expect(status.notes.join()).toContain(`${status.totals.lost} observations were lost on their way`)
  })

  test('image-pull: the pod cannot start, and why', async () => {
    const ended = await inSandbox(['--fault', 'image-pull@0.5'], `sleep 0.7; ${ask}`)
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/could not be pulled on node\d: /)
  })

  test('evict: the end of its pod explains why a client moves', async () => {
    // The probe begins seconds after the fault's time does where the machine is busy.
    const script = `${enable} >&2; ${ask} --duration 12s -o json`
    const ended = await inSandbox(['--fault', 'evict@6s'], script)
    expect(ended.code, ended.stderr).toBe(0)
    expect(JSON.parse(ended.stdout).status.endpointChanges.length).toBeGreaterThan(0)
  })
})
