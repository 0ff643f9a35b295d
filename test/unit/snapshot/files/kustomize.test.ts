import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { kustomized } from '../../../../src/snapshot/files/kustomize.ts'
import { temporaryFolder } from '../../../support/folder.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** A folder with a `kubectl` that does this; without one where there is nothing to do. */
function kubectl(script?: string): void {
  const folder = temporaryFolder()
  if (script !== undefined) {
    writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, 'kubectl'), 0o755)
  }
  vi.stubEnv('PATH', folder)
}

it('what kubectl makes of a folder', async () => {
  kubectl('echo "$1 $2"')
  expect(await kustomized('overlay')).toStrictEqual({
    name: 'overlay (rendered)',
    text: 'kustomize overlay\n',
    named: true,
  })
})

it.each([
  ['echo "error: no such file" >&2; exit 1', 'no such file'],
  [`echo 'E0102 main.go:1] "command failed" err="no \\"such\\" file"' >&2; exit 1`, 'no \\"such\\" file'],
  ['exit 1', 'Command failed: kubectl kustomize overlay'],
])('what kubectl says where it fails by %s', async (script, words) => {
  kubectl(script)
  await expect(kustomized('overlay')).rejects.toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: expect.stringContaining(`cannot read the kustomization "overlay": ${words}`),
    }),
  )
})

it('where there is no kubectl', async () => {
  kubectl()
  await expect(kustomized('overlay')).rejects.toThrow(
    'a kustomization is read by kubectl, which is not in PATH',
  )
})
