import { join } from 'node:path'
import { readSmallText } from '../../system/files.ts'

/** The commit that a checkout is at, read from its files; undefined where that is not to be seen. */
export function commitOfCheckout(checkout: string): string | undefined {
  const repository = join(checkout, '.git')
  const head = readSmallText(join(repository, 'HEAD'))?.trim() ?? ''
  if (isCommit(head)) return head
  const [, reference] = /^ref: (refs\/[A-Za-z0-9_./-]+)$/.exec(head) ?? []
  if (reference === undefined || reference.includes('..')) return undefined
  const loose = readSmallText(join(repository, reference))?.trim() ?? ''
  if (isCommit(loose)) return loose
  const packed = readSmallText(join(repository, 'packed-refs')) ?? ''
  return packed
    .split('\n')
    .map((line) => line.split(' '))
    .find(([id = '', name]) => name === reference && isCommit(id))?.[0]
}

function isCommit(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}
