/**
 * Runs in Bun, started by bundle.ts: `bun scripts/bun-build.ts OPTIONS`, with the options of `Bun.build` as JSON. Leaves out
 * what oclif loads and this program never calls, see docs/decisions/005-start-up.md. Prints the sources of which something is in
 * what was made, with what each of them imports, as JSON.
 */

interface Build {
  onResolve(
    where: { filter: RegExp },
    resolve: (module: { path: string; importer: string }) => { path: string; namespace: string } | undefined,
  ): void
  onLoad(where: { filter: RegExp; namespace: string }, load: () => { contents: string; loader: 'js' }): void
}

/** What is loaded later has the path of the file that it went into, and that of the source beside it. */
interface Import {
  path: string
  entryPoint?: string
}

/** As esbuild writes it: what went into each file, and what each source imports. */
interface Metafile {
  inputs: Record<string, { imports: readonly Import[] }>
  outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>
}

declare const Bun: {
  build(options: object): Promise<{ success: boolean; logs: readonly unknown[]; metafile?: Metafile }>
}

/**
 * The help and the configuration, with all that they need: files of commands and of plugins, templates, a theme; and what
 * draws spinners. Ours are our own.
 */
const unused = /^\.\.?\/(help(\/index|\/util)?|config(\/index|\/util)?|ux(\/index)?)$/

/** Whoever calls one of them all the same learns of it. */
const stub = `module.exports = new Proxy({}, { get(_, name) {
  if (name !== '__esModule' && name !== 'default') throw new Error(String(name) + ' was left out of the bundle')
} })`

/**
 * Shortens the traces of oclif's own errors, which are never shown. It asks for the user's home as soon as it is loaded, and
 * where there is none it throws.
 */
const shortener = 'module.exports = (trace) => trace'

const leaveOut = {
  name: 'leave out what oclif never uses',
  setup(build: Build): void {
    build.onResolve({ filter: unused }, ({ path, importer }) =>
      /[\\/]@oclif[\\/]core[\\/]/.test(importer) ? { path, namespace: 'unused' } : undefined,
    )
    build.onResolve({ filter: /^clean-stack$/ }, ({ path }) => ({ path, namespace: 'shortener' }))
    build.onLoad({ filter: /./, namespace: 'shortener' }, () => ({ contents: shortener, loader: 'js' }))
    build.onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: stub, loader: 'js' }))
  },
}

const options = JSON.parse(process.argv[2] ?? '{}') as object
const { success, logs, metafile } = await Bun.build({ ...options, metafile: true, plugins: [leaveOut] })
for (const log of logs) console.error(log)
process.exitCode = success && metafile !== undefined ? 0 : 1
if (metafile !== undefined) {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const sources = [...new Set(used)].map((path) => ({
    path,
    imports: metafile.inputs[path]?.imports.map(({ path: to, entryPoint }) => entryPoint ?? to) ?? [],
  }))
  console.log(JSON.stringify(sources))
}
