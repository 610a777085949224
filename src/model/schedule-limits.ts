import { KithError } from '../errors/kith-error.ts'
import { parseSize } from './size.ts'

/** How much is built at one time. All but `jobs` hold up further builds, never the only one. */
export interface ScheduleLimits {
  /** Builds at one time; undefined: as many as there are processors. */
  readonly jobs: number | undefined
  /** Programs that want a processor, on the whole machine. Undefined: any number. */
  readonly load: number | undefined
  /** Memory, in bytes, that must be free; `default`: an eighth of the machine's, 1 GiB at most. Undefined: none. */
  readonly memory: number | 'default' | undefined
  /** Space, in bytes, that must be free where builds write; `default`: a hundredth of the disk, 1 GiB at most. */
  readonly disk: number | 'default' | undefined
}

export const defaultSchedule: ScheduleLimits = Object.freeze({
  jobs: undefined,
  load: undefined,
  memory: 'default',
  disk: 'default',
})

const names = ['disk', 'jobs', 'load', 'memory'] as const

/** What --jobs and `jobs=` take. Throws `invalid-setting`. */
export function parseJobs(value: string, setting: string): number {
  if (/^\d{1,4}$/.test(value) && Number(value) >= 1) return Number(value)
  throw new KithError('invalid-setting', { setting, value, expected: 'a number from 1 to 9999' })
}

/** What --load and `load=` take. Throws `invalid-setting`. */
export function parseLoad(value: string, setting: string): number {
  if (/^\d{1,5}(\.\d{1,3})?$/.test(value) && Number(value) > 0) return Number(value)
  throw new KithError('invalid-setting', { setting, value, expected: 'a number like 8 or 7.5' })
}

/**
 * Reads KITH_SCHEDULE: `jobs=4 load=8 memory=2G disk=10G`, in any order; `none` takes a limit away, what is not named keeps its
 * default. Throws `invalid-setting`.
 */
export function parseSchedule(text: string): ScheduleLimits {
  const setting = 'KITH_SCHEDULE'
  const limits = { ...defaultSchedule }
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const [name = '', value = ''] = word.split(/=(.*)/s, 2)
    const known = names.find((one) => one === name)
    if (known === undefined || (known === 'jobs' && value === 'none'))
      throw new KithError('invalid-setting', {
        setting,
        value: word,
        expected: `NAME=VALUE with one of ${names.join(' ')}`,
      })
    Object.assign(limits, { [known]: value === 'none' ? undefined : readers[known](value, setting) })
  }
  return limits
}

const readers = { jobs: parseJobs, load: parseLoad, memory: readBytes, disk: readBytes } as const

function readBytes(value: string, setting: string): number {
  const bytes = parseSize(value)
  if (bytes !== undefined) return bytes
  throw new KithError('invalid-setting', { setting, value, expected: 'a size like 512M or 8G, or none' })
}
