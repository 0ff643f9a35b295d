import { accessSync, constants, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { contentOf, type ImageContent } from './images.ts'
import { prelude } from './prelude.ts'

/**
 * Programs of this machine that a shell in a pod finds. They look and don't touch: a pod here has no files of its own, and
 * nobody who removes something in a pod means this machine.
 */
const harmless =
  'sh awk basename cat cut date dirname echo env expr false grep head id ls od printf pwd sed seq sha256sum sleep sort ' +
  'stat tail test timeout tr true uname uniq wc yes'

/** The folders in which people write that a program is. */
const systemFolders = /^(\/usr(\/local)?)?\/s?bin$/

/** The programs that can be run in pods. Files that they need are made in `folder`, when the first is asked for. */
export class Programs {
  readonly #folder: string
  #made: string | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The PATH of a container of this image: a folder for each part of what the image has. */
  path(image: string): string {
    const folder = (this.#made ??= make(this.#folder))
    const content = contentOf(image)
    const parts: (keyof ImageContent)[] = ['node', 'curl', 'shell']
    return parts.flatMap((part) => (content[part] ? [join(folder, part)] : [])).join(delimiter)
  }

  /** The file of a program that such a container has, given by name or path. */
  find(image: string, program: string): string | undefined {
    const name = basename(program)
    if (name !== program && !systemFolders.test(dirname(program))) return undefined
    return findIn(this.path(image), name)
  }

  /** A program that this machine has for the sandbox itself. */
  ofMachine(name: string): string | undefined {
    return findIn(process.env['PATH'] ?? '', name)
  }
}

function make(parent: string): string {
  const folder = join(parent, 'programs')
  for (const part of ['node', 'curl', 'shell']) mkdirSync(join(folder, part), { recursive: true })
  for (const name of harmless.split(' ')) {
    const file = findIn(process.env['PATH'] ?? '', name)
    if (file !== undefined) symlinkSync(file, join(folder, 'shell', name))
  }
  const script = (path: string, text: string): void =>
    writeFileSync(join(folder, path), `#!/bin/sh\n${text}`, { mode: 0o755 })
  script('shell/hostname', 'echo "$HOSTNAME"\n')
  const preludeFile = join(folder, 'prelude.cjs')
  writeFileSync(preludeFile, prelude)
  // An executable that Bun compiled becomes Bun when it is told to.
  script('node/node', `BUN_BE_BUN=1 exec '${process.execPath}' --require '${preludeFile}' "$@"\n`)
  const curl = findIn(process.env['PATH'] ?? '', 'curl')
  if (curl !== undefined) script('curl/curl', curlScript(curl))
  return folder
}

/**
 * This machine's curl, from the pod's address. Where an address of a sandbox is asked, or the pod itself, it is told where
 * the socket is (see the address plan); the first --connect-to that fits counts, so that a given one is overruled.
 */
function curlScript(curl: string): string {
  return `for word; do
  default=80
  case $word in
    http://*) at=\${word#*://} ;;
    https://*) at=\${word#*://} default=443 ;;
    ::240.*) at=\${word#::} ;;
    240.*.*.* | localhost | localhost[:/]*) at=$word ;;
    *) continue ;;
  esac
  at=\${at%%[/?#]*}
  port=\${at##*:}
  [ "$port" != "$at" ] || port=$default
  case \${at%:*} in
    240.0.* | 240.255.*) continue ;;
    240.*) host=127.\${at#240.} host=\${host%:*} ;;
    localhost | 127.0.0.1) host=$SANDBOX_PHYSICAL_IP ;;
    *) continue ;;
  esac
  [ "$port" -ge "$SANDBOX_LOWEST_PORT" ] || port=$((port + 20000))
  set -- --connect-to "::$host:$port" "$@"
  break
done
exec '${curl}' --interface "$SANDBOX_PHYSICAL_IP" "$@"
`
}

function findIn(path: string, name: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => isExecutable(file))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
