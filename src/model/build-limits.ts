import { KithError } from '../errors/kith-error.ts'
import { parseSize } from './size.ts'

/** What one build may use. Undefined: as much as there is. */
export interface BuildLimits {
  /** From start to end of a build script, in milliseconds. */
  readonly time: number | undefined
  /** Without a word of output, in milliseconds. */
  readonly silence: number | undefined
  /** In bytes, or as a share of the machine's. */
  readonly memory: number | { readonly share: number } | undefined
  /** Processes and threads at one time. */
  readonly processes: number | undefined
  /** Processors' worth of time; 1.5 is one and a half. */
  readonly cpus: number | undefined
  /** Space, in bytes, that a build must leave on its disk; `default`: 256 MiB, or a hundredth of a small disk. */
  readonly free: number | 'default' | undefined
}

/** A build that nobody watches ends some day, and leaves the machine usable; none that works is ended. */
export const defaultLimits: BuildLimits = Object.freeze({
  time: undefined,
  silence: 4 * 60 * 60 * 1000,
  memory: Object.freeze({ share: 0.95 }),
  processes: 8192,
  cpus: undefined,
  free: 'default',
})

const names = ['cpus', 'free', 'memory', 'processes', 'silence', 'time'] as const

/**
 * Reads KITH_LIMITS: `time=90m silence=30m memory=8G processes=500 cpus=2 free=1G`, in any order; `none` takes a limit away,
 * what is not named keeps its default. Throws `invalid-setting`.
 */
export function parseLimits(text: string): BuildLimits {
  const limits = { ...defaultLimits }
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const [name = '', value = ''] = word.split(/=(.*)/s, 2)
    const known = names.find((one) => one === name)
    if (known === undefined) throw invalid(word, `NAME=VALUE with one of ${names.join(' ')}`)
    Object.assign(limits, { [known]: value === 'none' ? undefined : readers[known](value, word) })
  }
  return limits
}

/** What unpacking and packing may need, in bytes. */
const leastMemory = 256 * 1024 ** 2

const readers = {
  time: readDuration,
  silence: readDuration,
  memory: (value: string, word: string) => {
    const share = /^(\d{1,3})%$/.exec(value)?.[1]
    if (share !== undefined && Number(share) > 0) return { share: Number(share) / 100 }
    const bytes = readBytes(value, word)
    if (bytes >= leastMemory) return bytes
    throw invalid(word, 'at least 256M: kith itself unpacks and packs within it')
  },
  free: readBytes,
  processes: (value: string, word: string) => {
    if (/^\d{1,7}$/.test(value) && Number(value) >= 16) return Number(value)
    throw invalid(word, 'a number of at least 16, or none')
  },
  cpus: (value: string, word: string) => {
    if (/^\d{1,5}(\.\d{1,3})?$/.test(value) && Number(value) >= 0.01) return Number(value)
    throw invalid(word, 'a number like 2 or 1.5, or none')
  },
} as const

function readDuration(value: string, word: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(value) ?? []
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit || 's']
  const duration = Number(digits) * (seconds ?? 0) * 1000
  if (duration > 0) return duration
  throw invalid(word, 'a time like 90s, 45m, 6h or 2d, or none')
}

function readBytes(value: string, word: string): number {
  const bytes = parseSize(value)
  if (bytes !== undefined) return bytes
  throw invalid(word, `a size like 512M or 8G${word.startsWith('memory=') ? ', a share like 80%' : ''}, or none`)
}

function invalid(word: string, expected: string): KithError<'invalid-setting'> {
  return new KithError('invalid-setting', { setting: 'KITH_LIMITS', value: word, expected })
}
