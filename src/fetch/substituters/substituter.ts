import { KithError } from '../../errors/kith-error.ts'
import { redactUrls } from '../redact-urls.ts'

/** Where a binary repository is. */
export type Substituter =
  | { readonly kind: 'directory'; readonly path: string }
  /** Without a slash at the end. */
  | { readonly kind: 'http'; readonly url: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      readonly prefix: string
      readonly endpoint: string
      readonly region: string
    }

/**
 * Reads `KITH_SUBSTITUTERS`: words between blanks, asked in their order: absolute directories, or URLs of file, http, https or s3.
 * Throws `invalid-setting`.
 *
 *     KITH_SUBSTITUTERS='/srv/kith https://kith.example/x86_64 s3://bucket/prefix?endpoint=https://minio.example&region=eu-1'
 */
export function parseSubstituters(text: string): Substituter[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const found = parseSubstituter(word)
      if (found !== undefined) return found
      throw new KithError('invalid-setting', {
        setting: 'KITH_SUBSTITUTERS',
        value: redactUrls(word),
        expected: 'absolute directories, or URLs of file, http, https or s3',
      })
    })
}

function parseSubstituter(word: string): Substituter | undefined {
  if (word.startsWith('/')) return { kind: 'directory', path: word }
  if (!URL.canParse(word)) return undefined
  const url = new URL(word)
  const { protocol, host, pathname, searchParams } = url
  if (protocol === 'file:' && host === '') return { kind: 'directory', path: decodeURIComponent(pathname) }
  if ((protocol === 'http:' || protocol === 'https:') && url.search === '' && url.hash === '')
    return { kind: 'http', url: word.replace(/\/+$/, '') }
  if (protocol !== 's3:' || host === '') return undefined
  const region = searchParams.get('region') ?? 'us-east-1'
  const endpoint = searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`
  const isKnown = [...searchParams.keys()].every((key) => key === 'region' || key === 'endpoint')
  if (!isKnown || !URL.canParse(endpoint) || !/^https?:\/\//.test(endpoint)) return undefined
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '')
  return { kind: 's3', bucket: host, prefix, endpoint: endpoint.replace(/\/+$/, ''), region }
}

/** For people: without credentials. */
export function printSubstituter(substituter: Substituter): string {
  switch (substituter.kind) {
    case 'directory':
      return substituter.path
    case 'http':
      return redactUrls(substituter.url)
    case 's3':
      return `s3://${substituter.bucket}${substituter.prefix === '' ? '' : `/${substituter.prefix}`}`
  }
}
