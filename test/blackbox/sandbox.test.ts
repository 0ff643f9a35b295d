import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import type { Ended, Running } from '../support/program.ts'
import { affinity, forms, startAffinity } from './support/executable.ts'

const [executable] = forms.executable
const service = 'svc/sample-clusterip'
const probe = [executable!, 'probe', service, '--path', '/podinfo']

/** Runs a shell script with the executable as `$affinity` in a sandbox of its own. */
async function inSandbox(flags: readonly string[], script: string): Promise<Ended> {
  const program = `affinity='${executable}'; ${script}`
  return await affinity(['sandbox', ...flags, '--', 'sh', '-c', program])
}

const enable = `$affinity enable ${service} --timeout 2s`
const ask = `$affinity probe ${service} --path /podinfo`

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
    const switches = ({ stdout }: Ended): number => JSON.parse(stdout).status.verdict.switches
    expect(switches(idle)).toBe(0)
    // Each holds for two seconds at most: seven new choices of three pods, or more.
    expect(switches(absolute)).toBeGreaterThan(0)
  })

  test('a measurement finds an absolute timer and a floor of two minutes', { timeout: 120_000 }, async () => {
    const measure = `${ask} --measure-timeout --confidence 99% -o json`
    const enableFor = (seconds: number): string => `$affinity enable ${service} --timeout ${seconds}s >&2`
    const [absolute, floor] = await Promise.all([
      inSandbox(['--proxy', 'antrea'], `${enableFor(3)} && ${measure}`),
      inSandbox(['--proxy', 'ipvs'], `${enableFor(2)} && ${measure} --max 4s`),
    ])
    expect(JSON.parse(absolute.stdout).status.finding).toMatchObject({ outcome: 'timed', kind: 'absolute' })
    expect(absolute.code, absolute.stderr).toBe(0)
    expect(JSON.parse(floor.stdout).status.finding).toMatchObject({ outcome: 'held' })
    expect(floor.code, floor.stderr).toBe(3)
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

  test('what kill -9 leaves of a demo ends, and cleanup knows it', async () => {
    const sandbox = startAffinity(['sandbox'])
    await sandbox.printed(/Ctrl-C ends it/, 'stderr')
    const [, path = ''] = /^export KUBECONFIG=(\S+)\n$/.exec(sandbox.stdout) ?? []
    const env = { KUBECONFIG: path }
    const demo = startAffinity(['demo', '--on-cluster', '--kubeconfig', path])
    await demo.printed(/Three pods start/, 'stdout')
    demo.kill('SIGKILL')
    await demo.ended
    const [, name = ''] = /namespace (affinity-demo-\w+)/.exec(demo.stdout) ?? []
    const elsewhere = await affinity(['cleanup'], { env })
    expect(elsewhere.stderr).toContain(
      `A demo made namespace/${name}; remove it with  kubectl affinity cleanup -n ${name}\n`,
    )
    const dry = await affinity(['cleanup', '-A', '--dry-run=client'], { env })
    expect(dry.stdout).toBe(`namespace/${name} deleted (dry run)\n`)
    expect(await affinity(['cleanup', '-n', name], { env })).toMatchObject({
      code: 0,
      stdout: `namespace/${name} deleted\n`,
    })
    const again = await affinity(['cleanup', '-A'], { env })
    expect(again.stderr).toBe('Nothing left by kubectl-affinity in any namespace.\n')
    sandbox.kill('SIGTERM')
    await sandbox.ended
  })

  test('what it does not know is refused', async () => {
    expect(await affinity(['sandbox', '--fault', 'nonsense'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/unknown fault "nonsense"[\s\S]*api-disconnect/),
    })
    expect((await affinity(['sandbox', 'web'])).code).toBe(2)
    expect((await affinity(['sandbox', '--nodes', '0'])).code).toBe(2)
  })
})

// Side by side: they wait for what happens.
describe.concurrent('faults', () => {
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

test('demo tells the story with real output', { timeout: 60_000 }, async () => {
  const ended = await affinity(['demo'])
  expect(ended.code, ended.stderr).toBe(0)
  const commands = ended.stdout.match(/^\$ kubectl affinity \w+/gm)?.map((line) => line.split(' ').at(-1))
  expect(commands).toStrictEqual(['explain', 'probe', 'enable', 'probe', 'probe', 'disable'])
  expect(ended.stdout).toMatch(/SPREAD as configured[\s\S]*STICKY as configured[\s\S]*ClientIP → None/)
})

test('demo tells the story of cookies with real output', { timeout: 120_000 }, async () => {
  const ended = await affinity(['demo', '--story', 'cookies'])
  expect(ended.code, ended.stderr).toBe(0)
  const commands = ended.stdout
    .match(/^\$ kubectl (?:affinity )?\w+/gm)
    ?.map((line) => line.split(' ').at(-1))
  const broken = ['annotate', 'probe']
  expect(commands).toStrictEqual([
    'explain',
    'probe',
    'enable',
    'probe',
    ...broken,
    ...broken,
    'annotate',
    'disable',
  ])
  const told = [
    'SPREAD   users with a cookie jar do not stay',
    'STICKY by the cookie route   6 of 6 users',
    'breaks  at the browser',
    'breaks  at service/shop',
    'cookie "route", path /, until the browser closes → None',
  ]
  const places = told.map((words) => ended.stdout.indexOf(words))
  expect(places).toEqual(places.filter((place) => place >= 0).toSorted((a, b) => a - b))
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
