import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../machine/cache.ts'
import { cacheDir } from '../paths.ts'
import { step } from '../machine/progress.ts'
import type { File } from './files.ts'
import { imageArchive, type ImageConfig } from './oci.ts'

/** An image and what it is made of. */
export interface Image {
  name: string
  files: () => Promise<File[]>
  config: ImageConfig
}

/** Changes when the way in which archives are written does; their content is in the key anyway. */
const format = 2

/** Where a file comes from is not part of it, so that checkouts share their images. */
function cacheKey(name: string, files: readonly File[], config: ImageConfig): string {
  const hash = createHash('sha256').update(JSON.stringify([format, name, config]))
  for (const file of files) {
    if (!('source' in file)) hash.update(JSON.stringify(file))
    // The path of a program of ours stands for its content.
    else if (file.source.startsWith(cacheDir())) hash.update(JSON.stringify(file))
    else hash.update(JSON.stringify(file.path)).update(readFileSync(file.source))
  }
  return hash.digest('hex').slice(0, 12)
}

/** `istio-pilot` of `docker.io/istio/pilot:1.31`. */
const shortName = (name: string): string => name.replace(/:.*/, '').split('/').slice(1).join('-')

/** The archive of an image, from the cache when it has it. */
export async function imageFile({ name, files, config }: Image): Promise<string> {
  const listed = await files()
  const folder = await cached(`image-${shortName(name)}`, cacheKey(name, listed, config), async (scratch) => {
    await step(`made image ${name}`, async () => {
      const content = listed.map((file) =>
        'source' in file ? { path: file.path, data: readFileSync(file.source) } : file,
      )
      writeFileSync(join(scratch, 'image.tar'), imageArchive(name, content, config))
    })
  })
  return join(folder, 'image.tar')
}
