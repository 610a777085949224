/**
 * What the files of a package offer to other packages and need of them, found by looking at them:
 *
 *     offers cmd:pigz - - -
 *     offers pc:zlib 1.3.1 - -
 *     offers so:libz.so.1 1.3.1 64le/62 /usr/lib
 *     needs pc:libpng >=1.6 - -
 *     needs so:libc.so.6 - 64le/62 -
 *
 * Kind and name; version; class, byte order and machine; the directory that has a library, or the directories where a file has it looked
 * for besides the usual ones. Every field but the first two may be `-`. Names are bytes: what is not plain ASCII is `%XX`.
 */
export interface PackageOffers {
  readonly offers: readonly Offer[]
  readonly needs: readonly Need[]
}

/** `so`: a shared library, by the name that the loader looks for. `pc`: a module of pkg-config. `cmd`: a program on PATH. */
export type OfferKind = 'so' | 'pc' | 'cmd'

export interface Offer {
  readonly kind: OfferKind
  /** Bytes as latin1. */
  readonly name: string
  readonly version?: string | undefined
  /** `64le/62`: class, byte order and `e_machine`. */
  readonly abi?: string | undefined
  /** Of a library. */
  readonly directory?: string | undefined
}

export interface Need {
  readonly kind: 'so' | 'pc'
  readonly name: string
  /** `>=1.6` */
  readonly version?: string | undefined
  readonly abi?: string | undefined
  /** Where the file has it looked for besides the usual directories. */
  readonly directories?: readonly string[] | undefined
}

/** `so:libz.so.1` */
export function offerName({ kind, name }: Pick<Offer, 'kind' | 'name'>): string {
  return `${kind}:${escapeBytes(name)}`
}

/** Lines sorted bytewise, each once. */
export function printOffers({ offers, needs }: PackageOffers): string {
  const lines = [
    ...offers.map((one) => `offers ${offerName(one)} ${fields([one.version, one.abi, one.directory])}`),
    ...needs.map((one) => `needs ${offerName(one)} ${fields([one.version, one.abi, printDirectories(one)])}`),
  ]
  return [...new Set(lines)]
    .sort()
    .map((line) => `${line}\n`)
    .join('')
}

function fields(values: readonly (string | undefined)[]): string {
  return values.map((value) => (value === undefined || value === '' ? '-' : escapeField(value))).join(' ')
}

/** A field that is only `-` would be taken for none. */
function escapeField(text: string): string {
  return text === '-' ? escapeOne(text) : escapeBytes(text)
}

/** Between colons; those of a directory's own name are escaped, and with the whole field once more. */
function printDirectories({ directories = [] }: Need): string | undefined {
  return directories.length === 0 ? undefined : directories.map((one) => one.replace(/[%:]/g, escapeOne)).join(':')
}

function escapeBytes(text: string): string {
  return text.replace(/[^\x21-\x7e]|%/g, escapeOne)
}

function escapeOne(character: string): string {
  return `%${(character.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`
}

function unescapeBytes(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** Undefined for anything that printOffers does not write: then nothing is known. */
export function parseOffers(text: string): PackageOffers | undefined {
  const offers: Offer[] = []
  const needs: Need[] = []
  const lines = text.split('\n')
  if (lines.pop() !== '') return undefined
  for (const line of lines) {
    const [, side, kind, name = '', version = '', abi = '', place = ''] = linePattern.exec(line) ?? []
    if (kind !== 'so' && kind !== 'pc' && kind !== 'cmd') return undefined
    const common = { name: unescapeBytes(name), version: field(version), abi: field(abi) }
    const where = field(place)
    if (side === 'offers') offers.push({ kind, ...common, directory: where })
    else if (kind === 'cmd') return undefined
    else needs.push({ kind, ...common, directories: where?.split(':').map(unescapeBytes) })
  }
  return { offers, needs }
}

const linePattern = /^(offers|needs) (so|pc|cmd):([\x21-\x7e]+) ([\x21-\x7e]+) ([\x21-\x7e]+) ([\x21-\x7e]+)$/

function field(text: string): string | undefined {
  return text === '-' ? undefined : unescapeBytes(text)
}
