import { redactUrls } from '../redact-urls.ts'

export type RedirectTarget =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Where a redirect leads. Only http and https are followed, and from https to http only if `mayLeaveTls` (the recipe has
 * a checksum that will judge the bytes). Credentials go along within one origin only.
 */
export function redirectTarget(from: URL, location: string | undefined, mayLeaveTls: boolean): RedirectTarget {
  if (location === undefined || location.trim() === '')
    return { kind: 'refused', reason: 'the server redirects to nowhere (no Location)' }
  if (!URL.canParse(location, from.href))
    return { kind: 'refused', reason: `the server redirects to "${redactUrls(location)}", which is no URL` }
  const url = new URL(location, from.href)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return {
      kind: 'refused',
      reason: `the server redirects to "${redactUrls(url.href)}": only http and https are followed`,
    }
  if (from.protocol === 'https:' && url.protocol === 'http:' && !mayLeaveTls)
    return {
      kind: 'refused',
      reason: `the server redirects from https to "${redactUrls(url.href)}", and no checksum would notice a forged file`,
    }
  if (url.origin === from.origin && url.username === '') {
    url.username = from.username
    url.password = from.password
  }
  return { kind: 'url', url }
}
