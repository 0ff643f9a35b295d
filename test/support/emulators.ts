import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unpackedPackages } from '../lab/machine/debian.ts'
import { forwardingLibrary } from './forwarding-library.ts'
import { runProgram } from './program.ts'

/** What runs programs of another platform on this one; `missing` says why there is none. */
export type Emulator<T> = (T & { missing?: undefined }) | { missing: string }

/** The words before the command line of a program for Linux on arm64. */
export async function arm64Emulator(): Promise<Emulator<{ within: readonly string[] }>> {
  return await fromDebian('qemu-arm64', ['qemu-user-static', 'libc6-arm64-cross'], (folder) => {
    const programs = join(folder, 'usr', 'bin')
    const program = 'qemu-aarch64-static'
    // Of the other processors, 350 MB.
    for (const name of readdirSync(programs)) if (name !== program) rmSync(join(programs, name))
    return { within: [join(programs, program), '-L', join(folder, 'usr', 'aarch64-linux-gnu')] }
  })
}

/** Wine without a display. */
export interface Wine {
  within: readonly string[]
  /** The environment in which it has its files in a folder, which `stop` leaves to be removed. */
  env: (folder: string) => NodeJS.ProcessEnv
  /** Makes its files, and puts what it lacks beside a program. */
  prepare: (folder: string, program: string) => Promise<void>
  stop: (folder: string) => Promise<void>
}

/** What runs programs for Windows on x64. */
export async function windowsEmulator(): Promise<Emulator<Wine>> {
  return await fromDebian('wine', ['wine64', 'libwine', 'libunwind8', 'libz-mingw-w64'], (folder) => {
    const programs = join(folder, 'usr', 'lib', 'wine')
    const libraries = join(folder, 'usr', 'lib', 'x86_64-linux-gnu', 'wine')
    const server = join(programs, 'wineserver64')
    // Not for us: it makes each folder of files twice as large, 300 MB.
    rmSync(join(libraries, 'i386-windows'), { recursive: true, force: true })
    // Debian's is a script that looks for the other one where it would be installed.
    link(server, join(programs, 'wineserver'))
    const zlib = join(folder, 'usr', 'x86_64-w64-mingw32', 'lib', 'zlib1.dll')
    link(zlib, join(libraries, 'x86_64-windows', 'zlib1.dll'))
    const within = [join(programs, 'wine64')]
    const env: Wine['env'] = (home) => ({
      WINEPREFIX: join(home, 'wine'),
      WINEDEBUG: '-all',
      // It asks for neither a browser nor .NET.
      WINEDLLOVERRIDES: 'mshtml,mscoree=',
      LD_LIBRARY_PATH: join(folder, 'usr', 'lib', 'x86_64-linux-gnu'),
    })
    const run = async (home: string, ...argv: string[]): Promise<void> => {
      await runProgram(argv, { env: { HOME: home, PATH: '/usr/bin:/bin', ...env(home) } })
    }
    return {
      within,
      env,
      prepare: async (home, program) => {
        // Windows has it since Vista, Wine since version 9; Debian 12 has version 8.
        const random = forwardingLibrary('bcryptprimitives.dll', 'ProcessPrng', 'advapi32.SystemFunction036')
        if (!existsSync(join(libraries, 'x86_64-windows', 'bcryptprimitives.dll')))
          writeFileSync(join(program, '..', 'bcryptprimitives.dll'), random)
        await run(home, ...within, 'wineboot', '--init')
      },
      stop: async (home) => {
        await run(home, server, '--kill')
        await run(home, server, '--wait')
      },
    }
  })
}

async function fromDebian<T>(
  name: string,
  packages: readonly string[],
  use: (folder: string) => T,
): Promise<Emulator<T>> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { missing: 'only on Linux on x64' }
  try {
    return { ...use(await unpackedPackages(name, packages)), missing: undefined }
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { missing: `apt-get has no ${packages.join(', ')}: ${line}` }
  }
}

function link(target: string, path: string): void {
  rmSync(path, { force: true })
  symlinkSync(target, path)
}
