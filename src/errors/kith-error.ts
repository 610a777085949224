import { catalogue, type ErrorCode, type ErrorDetails } from './catalogue.ts'
import { printable } from './printable.ts'

/** An expected failure, from the catalogue. Whatever else is thrown is a bug. */
export class KithError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code
  readonly details: ErrorDetails<Code>
  readonly hint: string | undefined
  readonly exitStatus: number

  constructor(code: Code, details: ErrorDetails<Code>, options?: { readonly cause?: unknown }) {
    const entry = catalogue[code]
    // Code and details belong together by the signature above; the compiler cannot follow that through the union.
    const sentence = entry.sentence as (details: ErrorDetails<Code>) => string
    const hint = entry.hint as ((details: ErrorDetails<Code>) => string | undefined) | undefined
    super(printable(sentence(details)), options)
    this.name = 'KithError'
    this.code = code
    this.details = details
    const hintText = hint?.(details)
    this.hint = hintText === undefined ? undefined : printable(hintText)
    this.exitStatus = entry.exitStatus
  }
}

/** Whether `error` is the catalogue's error `code`. */
export function isKithError<Code extends ErrorCode>(error: unknown, code: Code): error is KithError<Code> {
  return error instanceof KithError && error.code === code
}
