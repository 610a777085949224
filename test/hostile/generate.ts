import { type RawMember, rawMember } from '../../src/system/archive/archive-fixtures.ts'
import { printPaxRecords } from '../../src/system/archive/pax-records.ts'
import { createRandom, type Random } from './random.ts'
import { damage, paxTricks, sizeTrick } from './tricks.ts'

/** What a generated archive aims at: paths of a canary, and how to get there from where it is unpacked. */
export interface Aim {
  /** Absolute paths of a file and a directory outside. */
  readonly file: string
  readonly outside: string
  /** `../../../` as many times as lead to the directory that has `outside` in it. */
  readonly up: string
}

export interface Generated {
  readonly bytes: Buffer
  /** A line for each member. */
  readonly description: readonly string[]
}

/** The archive that `seed` stands for: kinds, names, links, orders and tricks, mixed. */
export function generateArchive(seed: number, aim: Aim): Generated {
  const random = createRandom(seed)
  const members = random.once(2) ? planned(random, aim) : anything(random, aim, 1 + random.number(8))
  if (random.once(6)) members.splice(random.number(members.length + 1), 0, ...anything(random, aim, 2))
  if (random.once(8)) shuffle(members, random)
  const blocks = members.map((member) => encode(member, random))
  const bytes = damage(Buffer.concat([...blocks, Buffer.alloc(1024)]), random)
  return { bytes, description: members.map(describe) }
}

type Kind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo' | 'device' | 'odd'

interface Member {
  readonly kind: Kind
  readonly name: string
  readonly link: string
}

const types: Readonly<Record<Kind, readonly [string, ...string[]]>> = {
  file: ['0', '0', '\0', '7'],
  directory: ['5'],
  symlink: ['2'],
  hardlink: ['1'],
  fifo: ['6'],
  device: ['3', '4'],
  odd: ['Z', 'D', 'S', 'M', 'V', 'N', 'x', 'g', 'L', 'K', 'A', '9'],
}
/** In the measure in which they come. */
const kinds: readonly [Kind, ...Kind[]] = [
  'file',
  ...Array<Kind>(8).fill('file'),
  ...Array<Kind>(7).fill('directory'),
  ...Array<Kind>(6).fill('symlink'),
  ...Array<Kind>(4).fill('hardlink'),
  'fifo',
  'fifo',
  'device',
  'odd',
]

/** Few names, so that members meet. */
const plain: readonly [string, ...string[]] = [
  'a',
  'b',
  'l',
  'd',
  'd/f',
  'd/l',
  'd/e/f',
  'l/f',
  'l/l',
  'd/l/f',
  'L',
  'usr/bin/x',
  'var/db/kiss/installed/x/manifest',
]

function nameOf(random: Random, aim: Aim): string {
  const name = random.pick(plain)
  switch (random.number(60)) {
    case 0:
      return `./${name}`
    case 1:
      return `.//${name}//`
    case 2:
      return `${name}/`
    case 3:
      return random.pick(['', '.', './', '/', '..', '../', '...', ' ', '\\', 'C:\\x'])
    case 4:
      return `${aim.up}outside/${random.pick(['new', 'file', 'deep/new', ''])}`
    case 5:
      return `${name}/../${aim.up}outside/new`
    case 6:
      return random.pick([aim.file, `${aim.outside}/new`, `/${aim.outside}/new`, `${aim.outside}/`])
    case 7:
      return random.pick([`${name}\nd/f`, `a\n`, `\x01\x1b[2J`, `${name}\r`, `\t${name} `])
    case 8:
      return random.pick(['caf\xe9', 'caf\xc3\xa9', 'cafe\xcc\x81', '\xff\xfe', '\xc3\x9f', 'ss', '\xed\xa0\x80'])
    case 9:
      return random.pick([
        'n'.repeat(255),
        'n'.repeat(256),
        'd/'.repeat(300),
        'd/'.repeat(2500),
        `${'m'.repeat(250)}/`.repeat(20),
      ])
    case 10:
      return random.pick(['.kith', '.kith-staging/x', 'd/.kith-strip-0', 'var/db/kiss/.kith/journal', '.kithx'])
    case 11:
      return random.pick([`${name}/x/y`, `${name}/./../${name}`, `${name}/..`, `${name}/.`])
    default:
      return name
  }
}

function linkOf(random: Random, aim: Aim): string {
  switch (random.number(12)) {
    case 0:
      return aim.file
    case 1:
      return aim.outside
    case 2:
      return `${aim.up}outside`
    case 3:
      return `${aim.up}outside/file`
    case 4:
      return random.pick(['.', '..', '../..', '/', './', '../', aim.up])
    case 5:
      return random.pick([
        '',
        'l',
        'a',
        'nowhere',
        'd/../l',
        'l/../../x',
        '\n',
        '\xff',
        'x'.repeat(4095),
        'x'.repeat(4096),
      ])
    case 6:
      return random.pick(['outside/link', `l/${aim.up}outside/file`, `d/${aim.up}outside/deep`])
    default:
      return random.pick(plain)
  }
}

function anything(random: Random, aim: Aim, count: number): Member[] {
  return Array.from({ length: count }, () => {
    return { kind: random.pick(kinds), name: nameOf(random, aim), link: linkOf(random, aim) }
  })
}

/** Known shapes of attacks, their parts chosen. */
function planned(random: Random, aim: Aim): Member[] {
  const way = random.pick(['l', 'd/l', 'd', 'usr'])
  const to = random.pick([aim.outside, `${aim.up}outside`, `${aim.up}outside/deep`, '.', `d/../${aim.up}outside`])
  const file = random.pick([aim.file, `${aim.up}outside/file`])
  const next: Kind = random.pick(['file', 'directory', 'fifo', 'symlink', 'hardlink'])
  const member = (kind: Kind, name: string, link = ''): Member => ({ kind, name, link })
  const through = member(next, `${way}/${random.pick(['new', 'file', 'deep/new'])}`, random.pick(['a', file]))
  switch (random.number(9)) {
    case 0:
      return [member('symlink', way, to), through]
    case 1:
      return [member('directory', way), member('symlink', way, to), through]
    case 2:
      return [
        member('directory', `${way}/e`),
        member('file', `${way}/e/f`),
        member('symlink', `${way}/e`, to),
        member('file', `${way}/e/f`),
      ]
    case 3:
      return [member('symlink', way, file), member('file', way)]
    case 4:
      return [member('hardlink', way, file), member('file', way)]
    case 5:
      return [
        member('symlink', 'l', to),
        member('symlink', 'm', 'l/deep'),
        member('hardlink', 'h', random.pick(['l/file', 'm/file'])),
        member('file', 'h'),
      ]
    case 6:
      return [member('symlink', way, file), member('hardlink', 'h', way), member('file', 'h'), member(next, 'h/x')]
    case 7:
      return [
        member('file', 'a'),
        member('hardlink', 'b', 'a'),
        member('symlink', 'a', file),
        member('hardlink', 'c', 'a'),
        member('file', random.pick(['a', 'b', 'c'])),
      ]
    default:
      return [member('symlink', way, to), member('directory', `${way}/`), through, member('directory', way)]
  }
}

function shuffle(members: Member[], random: Random): void {
  for (let index = members.length - 1; index > 0; index--) {
    const other = random.number(index + 1)
    const [one, two] = [members[index], members[other]]
    if (one !== undefined && two !== undefined) [members[index], members[other]] = [two, one]
  }
}

/** The member's blocks: what does not fit, or at random, in an extended header of either kind. */
function encode({ kind, name, link }: Member, random: Random): Buffer {
  const content = kind === 'file' ? contentOf(random) : random.once(80) ? 'content' : ''
  const header: RawMember = {
    name: name.slice(0, 100),
    type: random.pick(types[kind]),
    linkName: link.slice(0, 100),
    content,
    mode: random.pick([0o644, 0o755, 0o4755, 0o6777, 0, 0o7777, 0o444]),
    mtime: random.pick([0, 1, 1_700_000_000, 0o77777777777]),
    magic: random.pick(['ustar\x0000', 'ustar\x0000', 'ustar  \0', '\0\0\0\0\0\0\0\0']),
    ...sizeTrick(random),
  }
  const isLong = name.length > 100 || link.length > 100
  if (!isLong && !random.once(8)) return rawMember(header)
  if (random.once(3))
    return Buffer.concat([
      rawMember({ name: '././@LongLink', type: 'L', content: `${name}\0` }),
      rawMember({ name: '././@LongLink', type: 'K', content: `${link}\0` }),
      rawMember(header),
    ])
  const records: [string, string][] = [['path', name], ['linkpath', link], ...paxTricks(random)]
  const extended = printPaxRecords(records.filter(([, value]) => value !== ''))
  const type = random.once(10) ? 'g' : 'x'
  return Buffer.concat([rawMember({ name: 'pax', type, content: extended }), rawMember(header)])
}

function contentOf(random: Random): string {
  return 'owned'.repeat(random.pick([0, 1, 1, 1, 103, 205, 15_000]))
}

function describe({ kind, name, link }: Member): string {
  const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
  return `${kind} ${shown(name)}${link === '' ? '' : ` -> ${shown(link)}`}`
}
