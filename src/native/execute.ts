import { address, check, cString, libc } from './libc.ts'

/**
 * Makes this process run `file` (execve(2)), with all its threads gone and every restriction of the calling one in force. What it
 * inherits is closed unless it was opened to be kept. Throws KernelError; does not return otherwise.
 */
export function becomeProgram(
  file: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): never {
  const words = pointers(argv)
  const variables = pointers(Object.entries(environment).map(([name, value]) => `${name}=${value}`))
  check(libc().execve(cString(file), words.list, variables.list), 'execve', file)
  // Only reached by an execve that says it worked; the strings must live until then.
  throw new Error(`execve returned, with ${words.strings.length} words`)
}

function pointers(texts: readonly string[]): { readonly list: Buffer; readonly strings: readonly Buffer[] } {
  const strings = texts.map(cString)
  const list = Buffer.alloc((strings.length + 1) * 8)
  strings.forEach((one, index) => {
    list.writeBigUInt64LE(BigInt(address(one)), index * 8)
  })
  return { list, strings }
}
