/** A file or directory of the first root of a guest. */
export interface InitramfsEntry {
  /** Without a slash before it. */
  readonly path: string
  readonly mode: number
  readonly content: Uint8Array
}

export function directoryEntry(path: string): InitramfsEntry {
  return { path, mode: 0o040755, content: new Uint8Array() }
}

export function programEntry(path: string, content: Uint8Array): InitramfsEntry {
  return { path, mode: 0o100755, content }
}

/** As a cpio archive of the kind that the kernel unpacks ("newc", Documentation/driver-api/early-userspace/buffer-format.rst). */
export function printInitramfs(entries: readonly InitramfsEntry[]): Uint8Array {
  const trailer: InitramfsEntry = { path: 'TRAILER!!!', mode: 0, content: new Uint8Array() }
  return Buffer.concat([...entries, trailer].flatMap(printEntry))
}

function printEntry({ path, mode, content }: InitramfsEntry, index: number): Uint8Array[] {
  const name = Buffer.from(`${path}\0`)
  const [links, time, device] = [1, 0, 0]
  const fields = [index + 1, mode, 0, 0, links, time, content.length, device, 0, 0, 0, name.length, 0]
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`)
  return [header, name, padding(header.length + name.length), content, padding(content.length)]
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4)
}
