import { beforeAll, expect, test } from 'vitest'
import { shell } from '../support/command.ts'
import { silent } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { bindRole } from '../support/roles.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

// What the tool relies on, as kubectl sees it: so that a sandbox differs from no cluster in it.
describeOnce('programs in pods, run by kubectl', () => {
  const place = usePlayground()

  beforeAll(async () => {
    const containers = [{ name: 'main', image: site.images.bare }]
    const bare = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare' }, spec: { containers } }
    await place.deploy(silent(site, 'web', 1), bare)
    await place.kubectl('wait', '--for=condition=Ready', 'pod/bare', '--timeout=60s')
  })

  /** The exit code comes last. */
  const exec = (words: string, before = ''): Promise<{ stdout: string; stderr: string }> =>
    shell(site, `${before} kubectl exec -n ${place.name} ${words}; echo "[$?]"`)

  test('give their exit codes and both kinds of output', async () => {
    const { stdout, stderr } = await exec(`deploy/web -- sh -c 'echo out; echo err >&2; exit 7'`)
    expect(stdout).toBe('out\n[7]\n')
    expect(stderr).toBe('err\ncommand terminated with exit code 7\n')
    expect((await exec('deploy/web -- true')).stdout).toBe('[0]\n')
  })

  test('get their input, however much it is', async () => {
    expect((await exec(`-i deploy/web -- sh -c 'cat; exit 3'`, 'printf "a b" |')).stdout).toBe('a b[3]\n')
    // More than any buffer holds.
    const most = 3_000_000
    const { stdout } = await exec('-i deploy/web -- wc -c', `head -c ${most} /dev/zero |`)
    expect(stdout).toBe(`${most}\n[0]\n`)
  })

  test('have the name and the network of their pod', async () => {
    const names = await exec('deploy/web -- hostname')
    expect(names.stdout).toMatch(/^web-[a-z\d]+-[a-z\d]+\n\[0\]/)
    const program = `require('http').get('http://' + process.env.IP + ':8080', (got) => got.pipe(process.stdout))`
    const address = await place.kubectl(
      'get',
      'pod',
      '-l',
      'app=web',
      '-o',
      'jsonpath={.items[*].status.podIP}',
    )
    const words = `deploy/web -- node -e "${program.replace('process.env.IP', `'${address}'`)}"`
    expect((await exec(words)).stdout).toBe('ok[0]\n')
  })

  test('are said not to be there where they are not', async () => {
    const failed = /^error: Internal error occurred: .*OCI runtime exec failed: exec failed: .*exec: /
    for (const [words, why] of [
      ['bare -- sh', /"sh": executable file not found in \$PATH/],
      ['deploy/web -- no-such-program', /"no-such-program": executable file not found in \$PATH/],
      [
        'deploy/web -- /no/such/program',
        /"\/no\/such\/program": stat \/no\/such\/program: no such file or directory/,
      ],
    ] as const) {
      const { stdout, stderr } = await exec(words)
      expect(stdout).toBe('[1]\n')
      expect(stderr).toMatch(failed)
      expect(stderr).toMatch(why)
    }
  })

  test('are refused in containers and pods that are not there', async () => {
    const container = await exec('bare -c none -- sh')
    expect(container.stderr).toMatch(/container none is not valid for pod bare/)
    const pod = await exec('none -- sh')
    expect(pod.stderr).toMatch(/^Error from server \(NotFound\): pods "none" not found/)
  })

  scenario('are refused to those who may only get them', ['restricted users'], async () => {
    const [user = ''] = site.restrictedUsers
    const rules = [{ apiGroups: [''], resources: ['pods', 'pods/exec'], verbs: ['get'] }]
    await bindRole(place, user, { metadata: { name: user, namespace: place.name }, rules })
    const refused = await exec(`bare --context ${user} -- sh`)
    expect(refused.stderr).toMatch(
      /^error: unable to upgrade connection: pods "bare" is forbidden: User ".+" cannot create resource "pods\/exec" in API group "" in the namespace/,
    )
  })
})
