import { KithError } from '../errors/kith-error.ts'
import type { Context } from '../events/context.ts'
import { bytesText, childPath } from '../model/tree-path.ts'
import { lockFile } from '../system/file-lock.ts'
import { makeDirectory } from '../system/files.ts'
import { TreeHandle } from '../system/tree-handle.ts'
import { listDueScripts } from './due-scripts.ts'
import { type Recovery, recoverRoot } from './recover.ts'
import { makeStateDirectory, stateFiles } from './state-directory.ts'

export interface LockRequest {
  readonly root: string
  /** Locked too, before the root: what kiss_ng locks, so that the two are never at one system at the same time. */
  readonly cacheLock: string
  /** Whether to wait for whoever is at it. */
  readonly waits: boolean
}

/**
 * Runs `body` while nobody else changes `root`, after what was left unfinished there is brought to its end; gives `body` what that
 * was. The locks are the kernel's and end with their process. Throws `root-busy`, `interrupted`, and what recoverRoot throws.
 */
export async function lockRoot<Result>(
  { root, cacheLock, waits }: LockRequest,
  context: Pick<Context, 'emit' | 'signal'>,
  body: (recovery: Recovery) => Promise<Result>,
): Promise<Result> {
  using _cache = await take(cacheLock, waits, context)
  makeDirectory(root || '/')
  using tree = new TreeHandle(root)
  const state = makeStateDirectory(tree)
  using _root = await take(root + bytesText(childPath(state, stateFiles.lock)), waits, context)
  const recovery = recoverRoot(tree)
  if (recovery.kind !== 'none') {
    const { kind: outcome, id, summary } = recovery
    context.emit({ kind: 'transaction-recovered', outcome, id, command: summary.command })
    const due = outcome === 'finished' ? listDueScripts(root).filter((one) => one.id === id) : []
    const text = `post-install scripts have not run: ${due.map((one) => one.package).join(' ')} (kith hooks run)`
    if (due.length > 0) context.emit({ kind: 'notice', level: 'warning', text })
  }
  return await body(recovery)
}

async function take(path: string, waits: boolean, context: Pick<Context, 'emit' | 'signal'>): Promise<Disposable> {
  const waiting = (): void => {
    if (!waits) throw new KithError('root-busy', { path })
    context.emit({ kind: 'lock-waiting', path })
  }
  const lock = await lockFile(path, waiting, context.signal)
  if (lock === undefined) throw new KithError('interrupted', {})
  return lock
}
