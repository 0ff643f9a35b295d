#!/usr/bin/env node
import { program } from '../src/program.ts'

// No process.exit: the event loop ends by itself, so that everything printed reaches a pipe. No top-level await: it
// cannot be compiled to bytecode.
async function main(): Promise<void> {
  process.exitCode = await program(process.argv.slice(2))
}

// Much is read at once, and what is needed is awaited: there its failure is told. One that comes later, of what nobody needs any
// more, is not to end the program by a stack trace.
process.on('unhandledRejection', () => {})

void main()
