import { sign } from '../../src/system/archive/archive-fixtures.ts'
import type { Random } from './random.ts'

export function sizeTrick(random: Random): { readonly size?: string } {
  if (!random.once(60)) return {}
  return {
    size: random.pick([
      '00000000001\0',
      '00000010000\0',
      '77777777777\0',
      '-0000000001\0',
      'xxxxxxxxxxx\0',
      '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe',
      '\x80\0\0\0\0\0\0\0\0\0\x10\0',
      '           \0',
    ]),
  }
}

export function paxTricks(random: Random): [string, string][] {
  if (!random.once(2)) return []
  return [
    random.pick<[string, string]>([
      ['size', '3'],
      ['size', '999999999999'],
      ['size', '-1'],
      ['mtime', '1e999'],
      ['mtime', '-5.5'],
      ['path', 'a\0b'],
      ['SCHILY.xattr.user.a', 'value'],
      ['SCHILY.xattr.security.capability', '\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0'],
      ['SCHILY.xattr.security.capability', 'short'],
      ['SCHILY.xattr.security.selinux', 'x'],
      ['SCHILY.xattr.user.overlay.redirect', '/etc'],
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.name', '../x'],
      ['uid', '0'],
    ]),
  ]
}

/** Of the whole archive. */
export function damage(bytes: Buffer, random: Random): Buffer {
  const somewhere = (): number => random.number(bytes.length)
  switch (random.number(40)) {
    case 0:
      return bytes.subarray(0, somewhere())
    case 1:
      bytes[somewhere()] = random.number(256)
      return bytes
    case 2: {
      // With its checksum right.
      const block = 512 * random.number(bytes.length / 512)
      bytes[block + random.number(300)] = random.number(256)
      sign(bytes.subarray(block, block + 512))
      return bytes
    }
    case 3:
      return Buffer.concat([bytes, Buffer.alloc(700, 'junk')])
    default:
      return bytes
  }
}
