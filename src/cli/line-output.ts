const fullBytes = 1 << 15

/** Lines that are written many at a time. They are out when the event loop turns, when there are many, or when it is flushed. */
export interface LineOutput {
  write(line: string | Uint8Array): void
  flush(): void
}

export function createLineOutput(write: (bytes: Uint8Array) => void): LineOutput {
  let pending: Uint8Array[] = []
  let sizeBytes = 0
  const flush = (): void => {
    if (pending.length === 0) return
    const bytes = Buffer.concat(pending)
    pending = []
    sizeBytes = 0
    write(bytes)
  }
  return {
    flush,
    write(line) {
      const bytes = typeof line === 'string' ? Buffer.from(`${line}\n`) : Buffer.concat([line, newline])
      if (pending.length === 0) setImmediate(flush)
      pending.push(bytes)
      sizeBytes += bytes.length
      if (sizeBytes >= fullBytes) flush()
    },
  }
}

const newline = Buffer.from('\n')
