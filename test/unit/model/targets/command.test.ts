import { expect, it } from 'vitest'
import { commandFor, commandLine } from '../../../../src/model/targets/command.ts'

const target = { kind: 'ingress', namespace: 'shop', name: 'web' }

it('writes each option with its flag, and leaves out what is not asked for', () => {
  const options = { cookie: 'route', path: undefined, ttl: '60s', secure: true, sourceIp: false }
  expect(commandFor('enable', target, options)).toBe(
    'kubectl affinity enable ingress/web -n shop --cookie route --ttl 60s --secure',
  )
})

it('quotes what a shell would read otherwise', () => {
  expect(commandLine('explain', { kustomization: 'my folder' })).toBe(
    "kubectl affinity explain -k 'my folder'",
  )
  expect(commandFor('enable', target, { cookie: '$id' })).toContain("--cookie '$id'")
})
