#!/usr/bin/env node
import { program } from '../src/program.ts'

// No process.exit: the event loop ends by itself, so that everything printed reaches a pipe. No top-level await: it
// cannot be compiled to bytecode.
async function main(): Promise<void> {
  try {
    process.exitCode = await program(process.argv.slice(2))
  } catch (error) {
    // What the program itself does not tell; the handler below would keep it quiet, and the exit code would be 0.
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

// Much is read at once, and what is needed is awaited: there its failure is told. One that comes later, of what nobody needs any
// more, is not to end the program by a stack trace.
process.on('unhandledRejection', () => {})

void main()
