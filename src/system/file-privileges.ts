import { describeFileCapability, parseFileCapability } from './file-capability.ts'

/**
 * What a file lets those do who run it, beyond their own rights: `setuid`, `setgid`, and capabilities in the words of setcap
 * (`cap_net_raw+ep`). `capability` is the content of its attribute.
 */
export function filePrivileges(mode: number, capability: string | undefined): string[] {
  const parsed = capability === undefined ? undefined : parseFileCapability(capability)
  const words = parsed === undefined ? '' : describeFileCapability(parsed)
  return [
    ...((mode & 0o4000) !== 0 ? ['setuid'] : []),
    ...((mode & 0o2000) !== 0 ? ['setgid'] : []),
    ...(words === '' ? [] : [words]),
  ]
}
