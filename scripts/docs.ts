/**
 * Writes docs/commands/*.md from what `--help` shows, and the Roles in docs/security.md. `--check` writes nothing and fails
 * when a page is out of date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allCodes, codeInfo } from '../src/model/findings/code.ts'
import { globalOptions } from '../src/cli/flags/global-options.ts'
import { type CommandSummary, type Documented, documentedFlags, flagGroups } from '../src/cli/help.ts'
import { commands } from '../src/commands/index.ts'
import { rolesSection } from './roles.ts'

const folder = fileURLToPath(new URL('../docs/commands/', import.meta.url))

const findings = fileURLToPath(new URL('../docs/findings/README.md', import.meta.url))

const security = fileURLToPath(new URL('../docs/security.md', import.meta.url))

/** docs/security.md with the Roles as they should be. */
function securityPage(): string {
  const page = readFileSync(security, 'utf8')
  const [before = '', after = ''] = page.split(/(?<=<!-- roles: [^>]* -->\n)[\s\S]*(?=<!-- \/roles -->)/)
  return `${before}\n${rolesSection()}\n\n${after}`
}

/** docs/findings/README.md: the table of codes. */
function findingsPage(): string {
  const rows = allCodes.map(
    (code) => `| [${code}](${code}.md) | ${codeInfo(code).level} | ${codeInfo(code).title} |`,
  )
  const head = '| code | level | what it says |\n|---|---|---|'
  const [before = ''] = readFileSync(findings, 'utf8').split('| code |')
  return `${before}${head}\n${rows.join('\n')}\n`
}

/** The pages as they should be: name → content. */
async function commandPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>()
  for (const { name, load, subcommands = [] } of commands) {
    pages.set(`${name}.md`, page(name, await load(), subcommands))
    for (const sub of subcommands)
      pages.set(`${name}-${sub.name}.md`, page(`${name} ${sub.name}`, await sub.load()))
  }
  pages.set('options.md', optionsPage())
  pages.set('README.md', indexPage())
  return pages
}

/** Pages that differ from what they should be, missing and left-over ones among them. */
export async function stalePages(): Promise<string[]> {
  const pages = await commandPages()
  const stale = [...pages].filter(([name, content]) => current(name) !== content).map(([name]) => name)
  const isSecurityStale = securityPage() !== readFileSync(security, 'utf8')
  const isTableStale = findingsPage() !== readFileSync(findings, 'utf8')
  return [
    ...stale,
    ...leftOver(pages),
    ...(isSecurityStale ? ['../security.md'] : []),
    ...(isTableStale ? ['../findings/README.md'] : []),
  ]
}

function leftOver(pages: ReadonlyMap<string, string>): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !pages.has(name)) : []
}

function current(name: string): string | undefined {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function page(name: string, command: Documented, subcommands: readonly CommandSummary[] = []): string {
  const { summary = '', description, usage = '', examples = [], flags = {} } = command
  const own = flagGroups(flags)
  return text([
    `# kubectl affinity ${name}`,
    summary,
    ...(description === undefined ? [] : [description]),
    fence([usage].flat()),
    ...(examples.length === 0 ? [] : ['## Examples']),
    ...examples.map((example) =>
      typeof example === 'string'
        ? fence([example])
        : `${example.description}${example.description.endsWith('?') ? '' : ':'}\n\n${fence([example.command])}`,
    ),
    ...(subcommands.length === 0
      ? []
      : [
          '## Commands',
          subcommands
            .map((sub) => `- [${name} ${sub.name}](${name}-${sub.name}.md): ${sub.summary}`)
            .join('\n'),
        ]),
    ...(own.length === 0 ? [] : ['## Options']),
    ...own.flatMap((part) => [...(part.group === undefined ? [] : [`### ${part.group}`]), table(part.flags)]),
    'All commands take the [global options](options.md), too.',
  ])
}

function optionsPage(): string {
  const flags = documentedFlags(globalOptions)
  return text(['# Global options', 'kubectl’s, with the same names and meaning.', table(flags)])
}

function indexPage(): string {
  const groups = [...new Set(commands.map(({ group }) => group))]
  return text([
    '# Commands',
    ...groups.flatMap((group) => {
      const lines = commands
        .filter((command) => command.group === group)
        .map(({ name, summary }) => `- [${name}](${name}.md): ${summary}`)
      return [`## ${group}`, lines.join('\n')]
    }),
    'All of them take the [global options](options.md).',
  ])
}

function text(parts: readonly string[]): string {
  const origin = '<!-- Made from what --help shows, by `node scripts/docs.ts`. -->'
  return `${[origin, ...parts].join('\n\n')}\n`
}

function fence(lines: readonly string[]): string {
  return ['```', ...lines, '```'].join('\n')
}

function table(flags: ReturnType<typeof documentedFlags>): string {
  const rows = flags.map(
    ({ names, initial, description }) => `| \`${names}\` | \`${initial}\` | ${cell(description)} |`,
  )
  return ['| option | default | |', '| --- | --- | --- |', ...rows].join('\n')
}

/** `<` and `|` mean something in a table of Markdown. */
function cell(words: string): string {
  return words.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;')
}

async function main(check: boolean): Promise<void> {
  if (check) {
    for (const name of await stalePages()) {
      process.exitCode = 1
      process.stderr.write(`docs/commands/${name} is out of date: run node scripts/docs.ts\n`)
    }
    return
  }
  const pages = await commandPages()
  mkdirSync(folder, { recursive: true })
  for (const name of leftOver(pages)) rmSync(join(folder, name))
  for (const [name, content] of pages) writeFileSync(join(folder, name), content)
  writeFileSync(security, securityPage())
  writeFileSync(findings, findingsPage())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.includes('--check'))
