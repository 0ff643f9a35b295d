import type { ObjectMeta } from '../../model/cluster/kubernetes.ts'
import { isRecord } from '../../model/common/record.ts'

/** An object of the API as it is stored: complete, and never changed in place. */
export interface Resource {
  apiVersion: string
  kind: string
  metadata: Metadata
  [field: string]: unknown
}

export interface Metadata extends ObjectMeta {
  uid: string
  resourceVersion: string
  generation?: number
  deletionGracePeriodSeconds?: number
  managedFields?: ManagedFieldsEntry[]
}

export interface ManagedFieldsEntry {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  time: string
  fieldsType: 'FieldsV1'
  fieldsV1: FieldSet
  subresource?: string
}

/** FieldsV1: a tree whose keys are `f:NAME` and `k:{…}`; an empty leaf is an owned field. */
export interface FieldSet {
  [key: string]: FieldSet
}

export type JsonObject = Record<string, unknown>

/** The value at a path of field names; undefined where the path ends early. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value
  for (const name of path) here = isRecord(here) ? here[name] : undefined
  return here
}

/** What is written for a value in words: nothing for none, and for what is not a single value. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

export const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')
