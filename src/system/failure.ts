import { KithError } from '../errors/kith-error.ts'
import { KernelError } from '../native/libc.ts'

/** The system's error code (`ENOENT`) of a caught error, or undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** The code of what made `failed` or `attemptCall` throw `error`. */
export function causeCode(error: unknown): string | undefined {
  return error instanceof KithError ? errorCode(error.cause) : undefined
}

/** What `call` gives; undefined where we may not look at what it is about. */
export function unlessDenied<Result>(call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    if (causeCode(error) === 'EACCES') return undefined
    throw error
  }
}

/** `failed("write", path, error)`: the catalogue's error for a failed call, to be thrown. */
export function failed(action: string, path: string, error: unknown): KithError<'io-failed'> {
  return new KithError('io-failed', { action, path, reason: reasonOf(error) }, { cause: error })
}

/** Runs `call`; what the kernel refuses becomes `io-failed`. */
export function attemptCall<Result>(action: string, path: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    if (error instanceof KernelError) throw failed(action, path, error)
    throw error
  }
}

/** What went wrong, in words: `no space left on device`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = errorCode(error)
  return (code === undefined ? undefined : words[code]) ?? error.message
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOSPC: 'no space left on device (ENOSPC)',
  EDQUOT: 'disk quota exceeded (EDQUOT)',
  EROFS: 'read-only file system',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  ENAMETOOLONG: 'file name too long',
  EIO: 'input/output error',
  ELOOP: 'too many levels of symbolic links',
  EXDEV: 'not on the same file system',
  EMFILE: 'too many open files',
  EBUSY: 'it is in use',
  ENOTEMPTY: 'directory not empty',
  EMLINK: 'too many links',
}
