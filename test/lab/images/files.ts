import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { systemProgram } from '../machine/apt.ts'
import { run } from '../machine/process.ts'
import type { ImageFile } from './oci.ts'

/** A file that is copied from the machine when the image is made. */
interface Copy {
  path: string
  source: string
}

/** Debian's folder of libraries, below /usr/lib. */
export const libraryFolder = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'

/** A file that an image is made of. */
export type File = ImageFile | Copy

/** A file of the machine, at the same place or another one. */
export const copy = (source: string, path = source): Copy => ({ path, source })

/** All files of a folder of the machine, below another path. */
export const copyFolder = (source: string, path: string): Copy[] =>
  readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => copy(file, join(path, relative(source, file))))

/** A file with this content. */
export const text = (path: string, content: string): ImageFile => ({
  path,
  data: Buffer.from(content),
  mode: 0o644,
})

/** The shared libraries of these programs. */
export async function libraries(...sources: string[]): Promise<File[]> {
  const paths = (await run('ldd', sources)).matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)
  return [...new Set([...paths].map(([, path]) => path ?? ''))].map((path) => copy(path))
}

/** The shared libraries of programs from unpacked packages below a folder; what those do not bring the machine has. */
export async function unpackedLibraries(folder: string, ...sources: string[]): Promise<File[]> {
  const paths = ['usr/lib', 'lib'].map((path) => join(folder, path, libraryFolder)).join(':')
  const output = await run('ldd', sources, { env: { ...process.env, LD_LIBRARY_PATH: paths } })
  const found = output.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)
  return [...new Set([...found].map(([, path]) => path ?? ''))].map((path) =>
    copy(path, path.startsWith(folder) ? path.slice(folder.length) : path),
  )
}

/** A program of the system with its libraries, at the same place. */
export const installed = async (name: string, path?: string): Promise<File[]> => {
  const source = realpathSync(systemProgram(name))
  return [copy(source, path), ...(await libraries(source))]
}

/** busybox under its own name only. */
export const busybox = (): File => copy(systemProgram('busybox'), '/bin/busybox')

/** busybox under the names of the commands it knows, all of them without a list. */
export async function applets(...names: string[]): Promise<File[]> {
  const wanted = names.length > 0 ? names : (await run('busybox', ['--list'])).trim().split('\n')
  const links = wanted
    .filter((name) => name !== 'busybox')
    .map((name) => ({ path: `/bin/${name}`, link: 'busybox' }))
  return [busybox(), ...links]
}

/** What every image has: names for some users, and /tmp. */
export const users: ImageFile[] = [
  text(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
  ),
  text('/etc/group', 'root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n'),
  text('/tmp/.keep', ''),
]

/** iptables under all its names, with its libraries and its plugins. */
export async function iptables(): Promise<File[]> {
  const program = realpathSync(systemProgram('iptables'))
  const aliases = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`])
  const plugins = xtablesPlugins((await libraries(program)).map((file) => file.path))
  return [
    ...(await installed('iptables', `/usr/sbin/${basename(program)}`)),
    ...aliases.map((name) => ({ path: `/usr/sbin/${name}`, link: basename(program) })),
    ...plugins.map((plugin) => copy(plugin)),
    ...(await libraries(...plugins)),
  ]
}

/** iptables loads its matches and targets from a folder that is compiled in: beside its library. */
function xtablesPlugins(librariesOfIptables: readonly string[]): string[] {
  const library = librariesOfIptables.find((path) => path.includes('libxtables')) ?? ''
  const folder = [join(library, '../xtables'), join('/usr', library, '../xtables')].find((path) =>
    existsSync(path),
  )
  if (folder === undefined) throw new Error('the folder of the iptables plugins was not found')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.so'))
    .map((name) => join('/usr', folder.replace(/^\/usr/, ''), name))
}
