import { join } from 'node:path'
import { beforeAll, expect } from 'vitest'
import { compileExecutable } from '../../../scripts/bundle.ts'
import { platforms } from '../../../scripts/package/platforms.ts'
import { fetchRuntime } from '../../../scripts/package/runtimes.ts'
import { arm64Emulator } from '../../support/emulators.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { testUnless } from '../../support/needs.ts'
import { runProgram } from '../../support/program.ts'
import { userEnvironment } from '../support/command.ts'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

const emulator = await arm64Emulator()

describeOnce('the executable for linux/arm64, in qemu', () => {
  const place = usePlayground()
  const program = join(temporaryFolder(), 'kubectl-affinity')

  beforeAll(async () => {
    await place.deploy(app(site, 'web'), service('web'))
    const arm64 = platforms.find(({ os, arch }) => os === 'linux' && arch === 'arm64')
    if (emulator.missing === undefined && arm64 !== undefined)
      compileExecutable(program, { target: arm64.target, runtime: fetchRuntime(arm64) })
  })

  // It takes seconds to start, and the probe is as long as ever.
  testUnless(emulator.missing, 'probes a Service', {}, async () => {
    const within = emulator.missing === undefined ? emulator.within : []
    const words = ['probe', 'svc/web', '-n', place.name]
    const { code, stdout, stderr } = await runProgram([...within, program, ...words], {
      env: userEnvironment(site),
    })
    expect(stdout, stderr).toContain('SPREAD as configured')
    expect(code).toBe(0)
  })
})
