import { asRecord, isRecord } from '../model/common/values.ts'

/**
 * Looking into an object that may be of any shape. What is of another type than it should be is said by the check of
 * shapes; here it is as if it were not there.
 */
export type Tree = Readonly<Record<string, unknown>>

export const treeAt = (tree: Tree, key: string): Tree | undefined => {
  const value = tree[key]
  return isRecord(value) ? value : undefined
}

/** The items of a list; null stands for an empty value, as Go reads it. */
export const listAt = (tree: Tree, key: string): readonly unknown[] => {
  const value = tree[key]
  return Array.isArray(value) ? value.map((item: unknown) => item ?? '') : []
}

export const treesAt = (tree: Tree, key: string): readonly Tree[] => listAt(tree, key).map(asRecord)

/** A text that is there and not empty: Go knows no difference between the two. */
export const textAt = (tree: Tree, key: string): string | undefined => {
  const value = tree[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}
