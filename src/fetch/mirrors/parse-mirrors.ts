import { KithError } from '../../errors/kith-error.ts'
import { redactUrls } from '../redact-urls.ts'

/** Another place that may have a source. What it gives is used only if the recipe's checksum matches. */
export type Mirror =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'apt' }

export interface MirrorSettings {
  readonly mirrors: readonly Mirror[]
  readonly mirrorsFirst: boolean
}

/**
 * Reads `KITH_MIRRORS`: words between blanks, asked in their order: `apt`, an absolute directory, or an http(s) URL. If
 * the first word is `first`, mirrors are asked before upstream, otherwise after upstream failed. Throws
 * `invalid-setting`.
 *
 *     KITH_MIRRORS='first /srv/distfiles https://mirror.example/distfiles apt'
 */
export function parseMirrors(text: string): MirrorSettings {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const mirrorsFirst = words[0] === 'first'
  return { mirrors: words.slice(mirrorsFirst ? 1 : 0).map(parseMirror), mirrorsFirst }
}

/** For people: without credentials. */
export function printMirror(mirror: Mirror): string {
  switch (mirror.kind) {
    case 'directory':
      return mirror.path
    case 'http':
      return redactUrls(mirror.url)
    case 'apt':
      return 'apt'
  }
}

function parseMirror(word: string): Mirror {
  if (word === 'apt') return { kind: 'apt' }
  if (word.startsWith('/')) return { kind: 'directory', path: word }
  if (/^https?:\/\/[^/]/i.test(word) && URL.canParse(word)) return { kind: 'http', url: word.replace(/\/+$/, '') }
  throw new KithError('invalid-setting', {
    setting: 'KITH_MIRRORS',
    value: redactUrls(word),
    expected:
      '"apt", an absolute directory or an http(s) URL (and "first" as first word to ask mirrors before upstream)',
  })
}
