import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { affinity } from './support/executable.ts'

const folder = temporaryFolder()

function fileOf(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const front = (ingressClass: string): string => `# the shop
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: {a.example/b: c}}
spec:
  ingressClassName: ${ingressClass} # who serves
  rules:
  - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`
const service = `---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const printed = ['--dry-run=client', '-o', 'yaml'] as const

test('a file without a Service is about what stands in front of one', async () => {
  const before = front('nginx')
  const enabled = await affinity([
    'enable',
    '-f',
    fileOf('front.yaml', before),
    '--cookie',
    'route',
    ...printed,
  ])
  expect(enabled.stdout).toContain('session-cookie-name: route')
  const disabled = await affinity(['disable', '-f', fileOf('sticky.yaml', enabled.stdout), ...printed])
  expect(disabled).toMatchObject({ code: 0, stdout: before, stderr: '' })
})

test('every mechanism that writes can be named, where a file has both', async () => {
  const before = front('skipper') + service
  const enabled = await affinity(['enable', '-f', fileOf('both.yaml', before), '--source-ip', ...printed])
  expect(enabled.stdout).toContain('skipper-loadbalancer: consistentHash')
  const sticky = fileOf('both-sticky.yaml', enabled.stdout)
  const disabled = await affinity(['disable', '-f', sticky, '--with', 'skipper', ...printed])
  expect(disabled).toMatchObject({ code: 0, stdout: before, stderr: '' })
})
