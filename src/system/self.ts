import { join } from 'node:path'
import { KithError } from '../errors/kith-error.ts'
import { isFile } from './files.ts'

/**
 * The kith executable that can be started again, as launcher or worker: this process's own when it is the compiled one;
 * when the sources run directly (tests), the one that `npm run build` made. Throws `program-missing`.
 */
export function ownExecutable(): string {
  if (import.meta.path.startsWith('/$bunfs/')) return process.execPath
  const built = join(import.meta.dir, '..', '..', 'dist', 'kith')
  if (!isFile(built))
    throw new KithError('program-missing', { program: built, purpose: 'run sandboxes (npm run build)' })
  return built
}
