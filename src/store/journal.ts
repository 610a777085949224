import { KithError } from '../errors/kith-error.ts'
import { parseTreePath, type TreePath } from '../model/tree-path.ts'
import type { RootChange } from '../plan/root-change.ts'
import type { TransactionSummary } from '../plan/transaction.ts'
import { digestText } from '../system/digests.ts'

/**
 * A transaction as it is written before it happens, and kept in the history afterwards: lines of JSON, the first with everything
 * but the changes, then one for each change in order, at last how many there were and the hash of all lines before.
 *
 *     {"journal":1,"id":7,"time":"2026-11-28T12:00:00.000Z","summary":{"command":"install","packages":[…]},"states":["/var/db/kiss/.kith"]}
 *     {"kind":"place","path":"/usr/bin/pigz","staged":{"area":0,"path":"/tree/pigz/usr/bin/pigz"},"replaces":true,"mark":{…}}
 *     {"end":1,"sha256":"…"}
 */
export interface Journal {
  readonly id: number
  /** When it was planned. */
  readonly time: string
  readonly summary: TransactionSummary
  /** The state directories of its areas. */
  readonly states: readonly TreePath[]
  readonly operations: readonly RootChange[]
}

export function printJournal({ operations, ...head }: Journal): string {
  const lines = [JSON.stringify({ journal: 1, ...head }), ...operations.map((one) => JSON.stringify(one))]
  const text = `${lines.join('\n')}\n`
  return `${text}${JSON.stringify({ end: operations.length, sha256: digestText(text) })}\n`
}

/** `file` is what errors call it. Throws `journal-invalid` for what printJournal did not write. */
export function parseJournal(text: string, file: string): Journal {
  const end = text.lastIndexOf('\n', text.length - 2) + 1
  const body = text.slice(0, end)
  const { sha256 } = parseLine<{ readonly sha256?: unknown }>(text.slice(end), file)
  if (sha256 !== digestText(body)) throw invalid(file, 'its hash does not match its lines')
  const [head = '', ...lines] = body.trimEnd().split('\n')
  const operations = lines.map((line) => parseLine<RootChange>(line, file))
  for (const one of operations) if (one.kind !== 'barrier') parseTreePath(one.path, file)
  return { ...parseJournalHead(head, file), operations }
}

/** The first line alone. Throws `journal-invalid`. */
export function parseJournalHead(line: string, file: string): Omit<Journal, 'operations'> {
  const { journal, ...head } = parseLine<Omit<Journal, 'operations'> & { readonly journal?: unknown }>(line, file)
  if (journal !== 1) throw invalid(file, `its format ${String(journal)} is not known to this kith`)
  for (const path of head.states) parseTreePath(path, file)
  return head
}

function parseLine<Value extends object>(line: string, file: string): Value {
  try {
    return JSON.parse(line) as Value
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(file, 'a line is no JSON')
    throw error
  }
}

function invalid(file: string, reason: string): KithError<'journal-invalid'> {
  return new KithError('journal-invalid', { file, reason })
}
