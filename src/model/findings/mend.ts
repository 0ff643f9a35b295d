import type { NamespacedName } from '../cluster/object.ts'
import type { ObjectRef } from './finding.ts'

/** What mends a finding: a sentence, or what is to be done, which is a command in a cluster and an edit in a file. */
export type Mend = string | { say?: string; deed: Deed }

/** Something to do. */
export type Deed =
  /** Fields of an object as they are to be; null takes one away. */
  | { kind: 'fields'; of: ObjectRef; fields: Fields }
  /** Its annotations or labels. `replaces`: one of them is there with another value. */
  | {
      kind: 'annotation' | 'label'
      of: ObjectRef
      marks: Readonly<Record<string, string | null>>
      replaces?: boolean
    }
  | { kind: 'delete'; of: ObjectRef }
  /** The affinity of a Service: on, with a timeout where one is named, or off. */
  | { kind: 'affinity'; of: NamespacedName; to: 'on' | 'off' | { timeoutSeconds: number } }
  /** A command that makes something new, whether it is asked about a cluster or about files. */
  | { kind: 'make'; command: string }
  /** A command that shows something in a cluster, or has it do something. */
  | { kind: 'run'; command: string }

interface Fields {
  readonly [name: string]: string | number | boolean | null | Fields
}
