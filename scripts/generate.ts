/**
 * Writes the sources that are made from other sources:
 *
 *     src/agent/bundle.generated.ts    the agent as one text for `node -e`
 *     src/agent/shell/script.generated.ts  the agent in shell as one text for `sh -c`
 *     src/echo/bundle.generated.ts     the program of the echo pods, likewise
 *     src/analysis/pages.generated.ts  the pages of docs/findings
 *     src/model/findings/codes.generated.ts  the table of codes: the first sentence of each page
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/**
 * The kernel takes 128 KiB per argument. Less is thrift and no need: an API server stores every Job and pod that carries this, so
 * what makes it longer is to be worth it.
 */
const bundleLimit = 53_248

/** A program that runs in a pod, as one text. */
function bundle(folder: 'agent' | 'echo'): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const define = `AGENT_VERSION=${JSON.stringify(version)}`
  const bun = join(root, 'node_modules/.bin/bun')
  const entry = join(root, 'src', folder, 'main.ts')
  const options = ['build', entry, '--target=node', '--format=cjs', '--minify', '--define', define]
  const minified = execFileSync(bun, options, { encoding: 'utf8' }).trim()
  // The minifier's shortest name of a private member.
  const text = minified.replaceAll(/#\$(?![\w$])/g, '#$0')
  if (minified.includes('#$0')) throw new Error(`the ${folder} has a name already that stands for another`)
  // In a container's arguments a kubelet replaces $(NAME), and $$ by $.
  const dangerous = /.{0,20}\$[$(].{0,20}/.exec(text)
  if (dangerous !== null) throw new Error(`the ${folder} holds what a kubelet would replace: ${dangerous[0]}`)
  if (text.length > bundleLimit) throw new Error(`the ${folder} has become too large: ${text.length} bytes`)
  return text
}

function writeIfChanged(path: string, text: string): void {
  let before: string | undefined
  try {
    before = readFileSync(path, 'utf8')
  } catch {
    // Not there yet.
  }
  if (before !== text) writeFileSync(path, text)
}

for (const folder of ['agent', 'echo'] as const) {
  const text = bundle(folder)
  writeIfChanged(
    join(root, 'src', folder, 'bundle.generated.ts'),
    `/** For \`node -e\`. Made by scripts/generate.ts from src/${folder}/main.ts. */\n` +
      `export const ${folder}Source: string = ${JSON.stringify(text)}\n`,
  )
  console.error(`${folder}: ${text.length} bytes`)
}

/** Without comments and indentation: it travels in the path of an exec, and in every Job. */
function shellAgent(): string {
  const lines = readFileSync(join(root, 'src/agent/shell/agent.sh'), 'utf8').split('\n')
  const kept = lines.map((line) => line.trimStart()).filter((line) => line !== '' && !line.startsWith('#'))
  return kept.join('\n')
}

const shell = shellAgent()
writeIfChanged(
  join(root, 'src/agent/shell/script.generated.ts'),
  `/** The agent in shell, for \`sh -c\`. Made by scripts/generate.ts from src/agent/shell/agent.sh. */\n` +
    `export const shellSource: string = ${JSON.stringify(shell)}\n`,
)
console.error(`agent in shell: ${shell.length} bytes`)

/** The pages of the finding codes, so that the program can show them without a network. */
function findingPages(): Record<string, string> {
  const folder = join(root, 'docs/findings')
  const names = readdirSync(folder).filter((name) => /^AFF-.*\.md$/.test(name))
  const codes = names.map((name) => name.slice(0, -'.md'.length)).sort()
  return Object.fromEntries(codes.map((code) => [code, readFileSync(join(folder, `${code}.md`), 'utf8')]))
}

const pages = findingPages()
writeIfChanged(
  join(root, 'src/analysis/pages.generated.ts'),
  `/** docs/findings, by code. Made by scripts/generate.ts. */\n` +
    `export const pages: Readonly<Record<string, string>> = ${JSON.stringify(pages, undefined, 2)}\n`,
)

const titles = /^# (?<code>\S+)\n\n(?<title>.+) \((?<level>error|warning|info)(?:; (?<enable>.+))?\)\.\n/

/** What the end of a page's first sentence means for `enable`. */
const forbids: Readonly<Record<string, string>> = {
  '`enable` refuses it': 'enable',
  '`enable` asks for `--force`': 'enable-unforced',
}

/** A line of the table of codes. */
function codeLine(name: string, page: string): string {
  const { code, title, level, enable } = titles.exec(page)?.groups ?? {}
  if (code !== name || (enable !== undefined && !(enable in forbids)))
    throw new Error(`docs/findings/${name}.md does not begin as the others do`)
  const info = { level, title, ...(enable === undefined ? {} : { forbids: forbids[enable] }) }
  return `  '${code}': ${JSON.stringify(info)},\n`
}

const codeLines = Object.entries(pages).map(([name, page]) => codeLine(name, page))
writeIfChanged(
  join(root, 'src/model/findings/codes.generated.ts'),
  `/** By code. Made by scripts/generate.ts from the first sentences of docs/findings. */\n` +
    `export const codes = {\n${codeLines.join('')}} as const\n`,
)
console.error(`findings: ${codeLines.length} pages`)
