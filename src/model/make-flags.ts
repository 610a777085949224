/** What the user's MAKEFLAGS say. */
export interface MakeFlags {
  /** Of -j: a number, `-j` alone for as many as there is work, undefined where it is not there. */
  readonly jobs: number | 'unlimited' | undefined
  /** Everything else. */
  readonly rest: string
}

/** Flags that take no argument may stand before `j` in one word. */
const shortWithJobs = /^-[bBdeiknpqrRsStwL]*j(\d*)$/

/**
 * Reads MAKEFLAGS as GNU make writes and takes it: `-j8`, `-j 8`, `--jobs=8`, `kj8 -- V=1`. A jobserver in it is that of a make
 * which started kith: nobody in a sandbox reaches it.
 */
export function parseMakeFlags(text: string): MakeFlags {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const end = words.indexOf('--')
  const flags = end < 0 ? words : words.slice(0, end)
  const rest: string[] = []
  let jobs: MakeFlags['jobs']
  for (let index = 0; index < flags.length; index++) {
    const given = flags[index] ?? ''
    // The first word may do without its dash.
    const word = index === 0 && !/^-|=/.test(given) ? `-${given}` : given
    const next = flags[index + 1] ?? ''
    if (/^--jobserver-(auth|fds|style)=/.test(word)) continue
    const digits = /^--jobs(?:=(\d+))?$/.exec(word)?.[1] ?? shortWithJobs.exec(word)?.[1]
    if (digits === undefined && word !== '--jobs') {
      rest.push(word)
      continue
    }
    const isSeparate = !digits && /^\d+$/.test(next)
    if (isSeparate) index++
    const count = Number(isSeparate ? next : digits || 0)
    jobs = count > 0 ? count : 'unlimited'
    if (/^-[^-]+j\d*$/.test(word)) rest.push(word.replace(/j\d*$/, ''))
  }
  return { jobs, rest: [...rest, ...(end < 0 ? [] : words.slice(end))].join(' ') }
}

/** How a build is to share the processors. */
export type JobShare =
  /** All builds together run `jobs` programs; tokens are had from a named pipe, by its path or by descriptors of it. */
  | { readonly kind: 'fifo'; readonly jobs: number; readonly path: string }
  | { readonly kind: 'pipe'; readonly jobs: number; readonly descriptors: readonly [read: number, write: number] }
  /** A number of its own. */
  | { readonly kind: 'plain'; readonly jobs: number }

/** MAKEFLAGS as make understands it, `rest` being the user's own flags (GNU make's manual, "POSIX Jobserver Interaction"). */
export function printMakeFlags(share: JobShare, rest: string): string {
  const flags = [`-j${share.jobs}`]
  if (share.kind === 'fifo') flags.push(`--jobserver-auth=fifo:${share.path}`)
  if (share.kind === 'pipe') flags.push(`--jobserver-auth=${share.descriptors.join(',')}`)
  return [...flags, rest].filter((word) => word !== '').join(' ')
}
