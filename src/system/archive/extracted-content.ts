/** What is at a path after unpacking. */
export type ExtractedContent =
  | {
      readonly kind: 'file'
      /** At most 0o7777. */
      readonly mode: number
      readonly sizeBytes: number
      /** Of its content, lower-case hexadecimal. */
      readonly sha256: string
      /** The bytes (latin1) of `security.capability`, where the file has it now. */
      readonly capability?: string | undefined
    }
  | { readonly kind: 'directory' | 'fifo'; readonly mode: number }
  /** `to` is what the link holds, bytes as latin1. */
  | { readonly kind: 'symlink'; readonly to: string }
