import { expect, test } from 'vitest'
import { affinity, startAffinity } from './support/executable.ts'

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
