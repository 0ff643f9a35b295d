import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import type { Verdict } from '../../src/model/probe/results/verdict.ts'
import type { Ended, Running } from '../support/program.ts'
import { affinity, forms, startAffinity } from './support/executable.ts'
import { ask, enable, inSandbox, probe, service } from './support/sandbox.ts'

describe('sandbox', () => {
  for (const form of ['executable', 'npm bundle'] as const) {
    test(`a probe in it, as ${form}`, async () => {
      const { code, stdout, stderr } = await affinity(['sandbox', '--', ...probe], { form })
      expect(code, stderr).toBe(0)
      expect(stdout).toMatch(/SPREAD as configured/)
      expect(stdout).toMatch(/3 ready endpoints on 3 nodes/)
    })
  }

  for (const form of ['executable', 'npm bundle'] as const) {
    test(`programs in its pods, as ${form}`, async () => {
      // The first probe asks the pods for their sockets, the second one runs a shell in a pod: one of the Service's, whose
      // own address in an answer tells nothing unless it is said what it means there.
      const script = `set -e
        found=$("$@" probe ${service} --identify sockets -o json)
        echo "$found"
        pod=$(echo "$found" | grep -o 'sample-deployment-[a-z0-9]*-[a-z0-9]*' | head -n 1)
        "$@" probe ${service} --path /podinfo --identify json:.pod_ip --in-pod "$pod"`
      const args = ['sandbox', '--', 'sh', '-c', script, 'sh', ...forms[form]]
      const { code, stdout, stderr } = await affinity(args, { form })
      expect(code, stderr).toBe(0)
      expect(stdout).toMatch(/"by": "sockets"/)
      // A socket may be gone before a busy machine looks.
      expect(Number(/"unrecognised": (\d+)/.exec(stdout)?.[1])).toBeLessThan(5)
      expect(stdout).toMatch(/from {2,}pod\/sample-deployment-|pod\/sample-deployment-\S+ on node\d/)
    })
  }

  test('Services have names in it', async () => {
    const words = ['sandbox', '--', ...probe, '--via', 'dns,cluster-ip', '-o', 'json']
    const { code, stdout, stderr } = await affinity(words)
    expect(code, stderr).toBe(0)
    const { spec, status } = JSON.parse(stdout)
    const dns = spec.entries.findIndex(({ kind }: { kind: string }) => kind === 'dns')
    expect(spec.entries[dns].host).toBe('sample-clusterip.default.svc')
    const cell = status.cells.find(({ entry }: { entry: number }) => entry === dns)
    expect(cell.verdict.behaviour).toBe('spread')
  })

  test('a watch whose output cannot be written any more ends, cleanly and with the reason', async () => {
    const watch = `$affinity probe ${service} --path /podinfo --watch --interval 1100ms`
    const { stdout, stderr } = await inSandbox(
      [],
      `$affinity enable ${service} --timeout 1s >/dev/null; ${watch} >/dev/full; echo "$?"; $affinity cleanup --dry-run=client`,
    )
    expect(stdout).toBe('1\n')
    expect(stderr).toMatch(/^error: could not write output: .*no space left on device/m)
    expect(stderr).toMatch(/^Nothing left by kubectl-affinity/m)
    expect(stderr).not.toMatch(/ at .*:\d+/)
  })

  test('the exit code is that of the command', async () => {
    expect((await inSandbox([], 'exit 7')).code).toBe(7)
    expect(await affinity(['sandbox', '--', 'no-such-program'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: cannot run no-such-program/),
    })
  })

  test('enable makes clients stick, and disable lets them go', async () => {
    const ended = await inSandbox([], `${enable} && ${ask} && $affinity disable ${service} && ${ask}`)
    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stdout).toMatch(
      /None → ClientIP[\s\S]*STICKY[\s\S]*ClientIP → None[\s\S]*SPREAD as configured/,
    )
  })

  test('explain knows its proxy and finds nothing wrong', async () => {
    for (const [proxy, words] of Object.entries({
      iptables: /iptables/,
      cilium: /Cilium/,
      antrea: /Antrea/,
      ovn: /OVN-Kubernetes/,
    })) {
      const ended = await inSandbox(['--proxy', proxy], `$affinity explain ${service}`)
      expect(ended.stdout).toMatch(words)
      expect(ended.stdout).toMatch(/no findings/)
    }
  })

  test('from a pod Cilium remembers by address, and the ports of other nodes are one', async () => {
    const script = `$affinity enable ${service} --timeout 1h >&2
      kubectl patch ${service} -p '{"spec":{"type":"NodePort"}}' >&2
      $affinity probe ${service} --path /podinfo --spread nodes --via cluster-ip,node-port -o json`
    const { stdout, stderr } = await inSandbox(['--proxy', 'cilium'], script)
    const { spec, status } = JSON.parse(stdout || stderr)
    expect(status.verdict.result).toBe('as-expected')
    expect(status.notes.join()).not.toMatch(/shares out/)
    for (const { index, node } of status.clients) {
      const elsewhere = status.cells.filter(
        ({ client, entry }: { client: number; entry: number }) =>
          client === index && spec.entries[entry].kind === 'node-port' && spec.entries[entry].node !== node,
      )
      expect(elsewhere).toHaveLength(2)
      expect(elsewhere[0].backends[0].letter).toBe(elsewhere[1].backends[0].letter)
    }
    for (const { by = 'entry' } of status.statements) expect(by).toBe('entry')
  })

  test('an idle timer lasts while requests go on, an absolute one does not', async () => {
    const second = `$affinity enable ${service} --timeout 1s`
    const script = `${second} >&2 && ${ask} --interval 250ms --requests 60 -o json`
    const [idle, absolute] = await Promise.all([
      inSandbox(['--proxy', 'nftables'], script),
      inSandbox(['--proxy', 'antrea'], script),
    ])
    const verdict = ({ stdout }: Ended): Verdict => JSON.parse(stdout).status.verdict
    // While the machine stands still the timer goes on: such a switch has its reason, and no other is there.
    expect(verdict(idle).switches).toBe(verdict(idle).explainedSwitches)
    // Each holds for two seconds at most: seven new choices of three pods, or more.
    expect(verdict(absolute).switches).toBeGreaterThan(0)
    expect(verdict(absolute).switches).toBe(verdict(absolute).explainedSwitches)
  })

  test('a measurement finds an absolute timer and a floor of two minutes', { timeout: 300_000 }, async () => {
    const measure = `${ask} --measure-timeout --confidence 99% -o json`
    const enableFor = (seconds: number): string => `$affinity enable ${service} --timeout ${seconds}s >&2`
    const [absolute, floor] = await Promise.all([
      inSandbox(['--proxy', 'antrea'], `${enableFor(3)} && ${measure}`),
      inSandbox(['--proxy', 'ipvs'], `${enableFor(2)} && ${measure} --max 4s`),
    ])
    expect(absolute.code, absolute.stderr).toBe(0)
    expect(JSON.parse(absolute.stdout).status.finding).toMatchObject({ outcome: 'timed', kind: 'absolute' })
    expect(floor.code, floor.stderr).toBe(3)
    expect(JSON.parse(floor.stdout).status.finding).toMatchObject({ outcome: 'held' })
  })

  test('starts, says how to use it, and leaves nothing', async () => {
    const running = startAffinity(['sandbox', '--nodes', '2'])
    await running.printed(/Ctrl-C ends it/, 'stderr')
    const [, path] = /^export KUBECONFIG=(\S+)\n$/.exec(running.stdout) ?? []
    expect(existsSync(path!)).toBe(true)
    const ended = await affinity(['probe', service], { env: { KUBECONFIG: path } })
    expect(ended.stdout).toMatch(/3 ready endpoints on 2 nodes/)
    const probing = startAffinity(['probe', service, '--duration', '1m', '--kubeconfig', path!])
    await expect.poll(() => processesOf(running.pid)).toHaveLength(1)
    const processes = processesOf(running.pid)
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    probing.kill('SIGKILL')
    expect(existsSync(join(path!, '..'))).toBe(false)
    expect(processes.filter((pid) => existsSync(`/proc/${pid}`))).toStrictEqual([])
  })

  test('what kill -9 leaves of one, the next start removes; those that live stay', async () => {
    const folders = temporaryFolder()
    const env = { TMPDIR: folders, HOME: folders }
    const start = async (): Promise<Running> => {
      const running = startAffinity(['sandbox'], env)
      await running.printed(/Ctrl-C ends it/, 'stderr')
      return running
    }
    const killed = await start()
    const [dead = ''] = readdirSync(folders)
    const living = await start()
    expect(readdirSync(folders)).toHaveLength(2)
    killed.kill('SIGKILL')
    await killed.ended
    const ended = await affinity(['sandbox', '--', 'sh', '-c', 'ls "$TMPDIR"'], { env })
    expect(ended.stdout).not.toContain(dead)
    expect(ended.stdout.match(/sandbox-/g)).toHaveLength(2)
    living.kill('SIGTERM')
    expect((await living.ended).code).toBe(143)
    expect(readdirSync(folders)).toStrictEqual([])
  })

  test('what it does not know is refused', async () => {
    expect(await affinity(['sandbox', '--fault', 'nonsense'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/unknown fault "nonsense"[\s\S]*api-disconnect/),
    })
    expect((await affinity(['sandbox', 'web'])).code).toBe(2)
    // Each of them counts.
    expect(await affinity(['sandbox', '--with', 'nope', '--with', 'traefik', '--', 'true'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: the sandbox knows no gateway "nope"/),
    })
    expect((await affinity(['sandbox', '--nodes', '0'])).code).toBe(2)
  })
})

/** Processes whose parent is this one, on Linux. */
function processesOf(parent: number): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && parentOf(entry) === parent)
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}
