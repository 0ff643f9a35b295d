/**
 * Runs in Bun, started by bundle.ts: `bun scripts/bun-build.ts OPTIONS`, with the options of `Bun.build` as JSON. Leaves out
 * what oclif loads and this program never calls, see docs/decisions/005-start-up.md. Prints the sources of which something is in
 * what was made, with what each of them imports, as JSON.
 */

interface Loaded {
  contents: string
  loader: 'js'
}

interface Build {
  onResolve(
    where: { filter: RegExp },
    resolve: (module: { path: string; importer: string }) => { path: string; namespace: string } | undefined,
  ): void
  onLoad(
    where: { filter: RegExp; namespace?: string },
    load: (module: { path: string }) => Loaded | Promise<Loaded>,
  ): void
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
  file(path: string): { text(): Promise<string> }
  build(options: object): Promise<{ success: boolean; logs: readonly unknown[]; metafile?: Metafile }>
}

/** Whoever calls one of them all the same learns of it. */
const stub = `module.exports = new Proxy({}, { get(_, name) {
  if (name !== '__esModule' && name !== 'default') throw new Error(String(name) + ' was left out of the bundle')
} })`

/** What oclif asks for, by its name, and what it gets. */
const stubs: readonly { filter: RegExp; contents: string }[] = [
  // The help and the configuration, with all that they need (files of commands and of plugins, templates, a theme), what draws
  // spinners, and what prints errors: ours are our own.
  {
    filter:
      /^\.\.?\/(help(\/index|\/util)?|config(\/index|\/util)?|ux(\/index|\/write)?|errors\/pretty-print|handle|warn)$/,
    contents: stub,
  },
  { filter: /^(indent-string|wrap-ansi)$/, contents: stub },
  // Shortens traces that are never shown. It asks for the user's home as soon as it is loaded, and where there is none it throws.
  { filter: /^clean-stack$/, contents: 'module.exports = (trace) => trace' },
  { filter: /\/logger$/, contents: 'exports.makeDebug = () => () => {}' },
  { filter: /\/screen$/, contents: 'exports.stdtermwidth = exports.errtermwidth = 80' },
  { filter: /\/ux\/theme$/, contents: 'exports.colorize = (_, text) => text' },
]

/**
 * What oclif does as soon as it is loaded: it opens standard output and ends the program where that fails, before it has cleaned up
 * (src/cli/terminal.ts listens for us); and it loads modules of Node for what is never called.
 */
const early = /process\.stdout\.on\('error'[^]*?\n\}\);|require\("node:(readline|url|util)"\)/g

const isOclif = (path: string): boolean => /[\\/]@oclif[\\/]core[\\/]/.test(path)

const leaveOut = {
  name: 'leave out what oclif never uses',
  setup(build: Build): void {
    for (const [index, { filter, contents }] of stubs.entries()) {
      const namespace = `stub-${index}`
      build.onResolve({ filter }, ({ path, importer }) =>
        isOclif(importer) ? { path, namespace } : undefined,
      )
      build.onLoad({ filter: /./, namespace }, () => ({ contents, loader: 'js' }))
    }
    // chalk is told which colours there are, and need not find out.
    build.onResolve({ filter: /^#supports-color$/ }, ({ path }) => ({ path, namespace: 'colours' }))
    build.onLoad({ filter: /./, namespace: 'colours' }, () => ({
      contents: 'export default {}',
      loader: 'js',
    }))
    build.onLoad(
      { filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/](command|flags|parser[\\/]parse)\.js$/ },
      async ({ path }) => {
        const source = await Bun.file(path).text()
        const contents = source.replaceAll(early, (found) => (found.startsWith('require') ? '({})' : ''))
        if (contents === source) throw new Error(`${path} does no longer what was left out of it`)
        return { contents, loader: 'js' }
      },
    )
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
