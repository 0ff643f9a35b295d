import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { archiveName, platforms } from '../../scripts/package/platforms.ts'
import { arm64Emulator, type Emulator, windowsEmulator } from '../support/emulators.ts'
import { temporaryFolder } from '../support/folder.ts'
import { describeUnless } from '../support/needs.ts'
import { release, root, runIn, starts, unpack, version } from './support/release.ts'

const qemu = await arm64Emulator()
const wine = await windowsEmulator()

/** A program that is emulated takes seconds to start. */
const options = { timeout: 120_000 }

const unpacked = (name: string): string => {
  const platform = platforms.find(({ os, arch }) => `${os}/${arch}` === name)
  if (platform === undefined) throw new Error(`no release for ${name}`)
  return unpack(join(release, archiveName(platform, version)))
}

function emulated<T extends object>(name: string, emulator: Emulator<T>, body: (emulator: T) => void): void {
  describeUnless(emulator.missing, name, () => {
    if (emulator.missing === undefined) body(emulator)
  })
}

emulated('the executable for linux/arm64, in qemu', qemu, ({ within }) => {
  const folder = temporaryFolder()
  const command = (): string[] => [...within, join(unpacked('linux/arm64'), 'kubectl-affinity')]

  test('starts, and reads a manifest', options, async () => {
    await starts(folder, {}, command())
  })

  test('probes a cluster: the sandbox of the executable of this machine', options, async () => {
    const words = [join(root, 'dist', 'kubectl-affinity'), 'sandbox', '--', ...command()]
    const { code, stdout } = await runIn(folder, [...words, 'probe', 'svc/sample-clusterip'], {
      PATH: process.env['PATH'],
    })
    expect(stdout).toContain('SPREAD as configured')
    expect(code).toBe(0)
  })
})

emulated('the executable for windows/amd64, in Wine', wine, ({ within, env, prepare, stop }) => {
  const folder = temporaryFolder()
  let program = ''

  beforeAll(async () => {
    program = join(unpacked('windows/amd64'), 'kubectl-affinity.exe')
    await prepare(folder, program)
  })
  afterAll(async () => await stop(folder))

  test('starts, and reads a manifest', options, async () => {
    await starts(folder, env(folder), [...within, program])
  })
})
